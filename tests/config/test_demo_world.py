from __future__ import annotations

import json
import stat
from pathlib import Path
from typing import Any

import pytest
from django.db.models import Model
from django.test import Client

from applications.models import PartnerApplication
from applications.selectors import application_statistics
from authn.models import ApiCall, ApiKey
from authn.services.keys import revoke_api_key
from billing.models import PartnerUsage
from common.principal import SYSTEM
from config.demo.build import build_world
from config.demo.credentials import write_credentials
from config.demo.history import build_history
from config.demo.world import COMPANIES
from events.models import PlatformEvent
from partners.models import Partner, PartnerMember, User
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

COUNTED = (Partner, PartnerApplication, User, PartnerMember, ApiKey, WebhookEndpoint, PartnerUsage, PlatformEvent)


def count(model: type[Model]) -> int:
    return model._meta.default_manager.count()  # type: ignore[union-attr]  # (every model has one)


def build(directory: Path, receiver: str = "http://127.0.0.1:9101") -> dict[str, Any]:
    build_world(receiver)
    build_history()
    world = write_credentials(directory, "http://127.0.0.1:8000")
    assert json.loads((directory / "demo.json").read_text(encoding="utf-8")) == world
    return world


@pytest.mark.django_db
def test_the_demonstration_world(tmp_path: Path, client: Client) -> None:
    world = build(tmp_path)
    counts = {model: count(model) for model in COUNTED}

    assert {name: sorted(part) if isinstance(part, dict) else part for name, part in world.items()} == {
        "baseUrl": "http://127.0.0.1:8000",
        "admin": ["email", "password"],
        "partner": ["apiKey", "applicationId", "email", "integrationId", "partnerId", "password", "testApiKey"],
        "stranger": ["apiKey", "email", "partnerId", "password"],
        "service": ["apiKey"],
        "oauth": ["clientId", "clientSecret", "redirectUri"],
    }
    assert stat.S_IMODE((tmp_path / "demo.json").stat().st_mode) == 0o600
    assert {(c.name, c.partner_type, c.tier, c.status) for c in COMPANIES} == set(
        Partner.objects.values_list("partner_name", "partner_type", "tier", "status")
    )
    assert set(PartnerApplication.objects.values_list("status", flat=True)) == set(PartnerApplication.Status.values)
    assert {a.status for c in COMPANIES for a in c.applications} == set(PartnerApplication.Status.values)
    assert WebhookDelivery.objects.filter(status="failed").exists()
    assert WebhookDelivery.objects.filter(status="pending").count() == 0
    assert WebhookAttempt.objects.count() > WebhookDelivery.objects.count() > 100
    assert ApiCall.objects.exists()
    statistics = application_statistics(PartnerApplication.objects.get(pk=world["partner"]["applicationId"]))
    assert statistics["submissions"]["medianReviewSeconds"] > 3600
    assert statistics["installs"] == {"organizations": 1}
    assert [row["currency"] for row in statistics["revenue"]["live"]] == ["EUR", "USD"]

    # A second run finds everything and changes nothing but where the receiver answers.
    assert build(tmp_path, "http://127.0.0.1:9202") == world
    assert {model: count(model) for model in COUNTED} == counts
    assert {e.endpoint_url.rpartition("/hooks/")[0] for e in WebhookEndpoint.objects.all()} == {"http://127.0.0.1:9202"}

    for part in ("partner", "stranger"):
        answer = client.get(
            f"/api/partners/{world[part]['partnerId']}", headers={"Authorization": f"Bearer {world[part]['apiKey']}"}
        )
        assert (answer.status_code, answer.json()["data"]["id"]) == (200, world[part]["partnerId"])
    for part in ("partner", "stranger", "admin"):
        form = {"login": world[part]["email"], "password": world[part]["password"]}
        assert client.post("/accounts/login/", form).status_code == 302
        client.logout()

    # A credential that no longer works is issued again; the others stay.
    revoke_api_key(api_key=ApiKey.objects.get(name="Demo test"), actor=SYSTEM)
    again = write_credentials(tmp_path, "http://127.0.0.1:8000")
    assert again["partner"].pop("testApiKey") != world["partner"].pop("testApiKey")
    assert again == world
