"""Registering endpoints."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from events.models import EventType
from integrations.models import Integration
from partners.models import Partner
from partners.tiers import usage_of
from tests.conftest import ALL_SCOPES, make_application, make_key
from tests.webhooks.conftest import make_integration
from webhooks.models import WebhookEndpoint

Api = Callable[..., APIClient]
URL = "https://partner.com/webhooks"


def register(client: APIClient, integration: Integration, **fields: Any) -> Any:
    """POST /api/webhooks."""
    body = {"integrationId": str(integration.id), "endpointUrl": URL, "subscribedEvents": ["lead.created"], **fields}
    return client.post("/api/webhooks", body)


def test_the_answer_holds_the_secret_once(
    api: Api, acme_key: str, integration: Integration, lead_created: EventType
) -> None:
    client = api(acme_key)
    response = register(client, integration, description="CRM feed")
    assert response.status_code == 201
    data = response.json()["data"]
    endpoint = WebhookEndpoint.objects.get()
    assert response["Location"] == f"/api/webhooks/{endpoint.id}"
    assert data["webhookSecret"] == endpoint.webhook_secret
    assert data["webhookSecret"].startswith("whsec_")
    assert data["endpointUrl"] == URL
    assert data["subscribedEvents"] == ["lead.created"]
    assert (data["active"], data["environment"], data["description"]) == (True, "live", "CRM feed")
    shown = client.get(f"/api/webhooks/{endpoint.id}").json()["data"]
    assert "webhookSecret" not in shown
    assert shown == {name: value for name, value in data.items() if name != "webhookSecret"}


def test_the_tier_limits_how_many(
    api: Api, acme: Partner, acme_key: str, integration: Integration, lead_created: EventType, settings: Settings
) -> None:
    settings.TIERS = {**settings.TIERS, acme.tier: {**settings.TIERS[acme.tier], "webhooks": 1}}
    assert register(api(acme_key), integration).status_code == 201

    refused = register(api(acme_key), integration)

    assert (refused.status_code, refused.json()["code"]) == (409, "webhooks_limit")
    assert WebhookEndpoint.objects.count() == 1
    assert [(row.used, row.limit) for row in usage_of(acme) if row.quota == "webhooks"] == [(1, 1)]


@pytest.mark.parametrize(
    "url",
    [
        "http://partner.com/hook",
        "https://partner.com:8443/hook",
        "https://user:pw@partner.com/",
        "https://10.0.0.1/",
        "https://127.0.0.1/",
        "https://localhost/",
        "https://[::1]/",
        "https://169.254.169.254/latest",
        "ftp://partner.com/",
        "not a url",
        "",
        "https://" + "a" * 3000,
    ],
)
def test_bad_addresses(
    api: Api, acme_key: str, integration: Integration, lead_created: EventType, settings: Settings, url: str
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    response = register(api(acme_key), integration, endpointUrl=url)
    assert response.status_code == 400
    assert [error["field"] for error in response.json()["errors"]] == ["endpointUrl"]
    assert not WebhookEndpoint.objects.exists()


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subscribedEvents": []}, "subscribedEvents"),
        ({"subscribedEvents": ["lead.nothing"]}, "subscribedEvents.0"),
        ({"subscribedEvents": ["lead.created", "lead.created"]}, "subscribedEvents.1"),
        ({"subscribedEvents": "lead.created"}, "subscribedEvents"),
        ({"subscribedEvents": [1, {}]}, "subscribedEvents.1"),
        ({"integrationId": "x"}, "integrationId"),
        ({"integrationId": "01a20b6e-0000-7000-8000-000000000000"}, "integrationId"),
        ({"customHeaders": {"webhook-id": "x"}}, "customHeaders.webhook-id"),
        ({"customHeaders": {"Host": "x"}}, "customHeaders.Host"),
        ({"customHeaders": {"X-Ok": "a\r\nb"}}, "customHeaders.X-Ok"),
        ({"customHeaders": {"X-Ok": "a", "x-ok": "b"}}, "customHeaders.x-ok"),
        ({"payloadFilter": {"a": {"like": "x"}}}, "payloadFilter.a"),
        ({"payloadFilter": {"a..b": 1}}, "payloadFilter"),
        ({"payloadFilter": {"a" * 201: 1}}, "payloadFilter"),
        ({"payloadFilter": {"a": {"in": ["x" * 200] * 100}}}, "payloadFilter"),
        ({"maxInFlight": 0}, "maxInFlight"),
        ({"maxInFlight": "5"}, "maxInFlight"),
        ({"ordered": "yes"}, "ordered"),
        ({"webhookSecret": "whsec_mine"}, "webhookSecret"),
    ],
)
def test_bad_fields(
    api: Api, acme_key: str, integration: Integration, lead_created: EventType, fields: dict[str, Any], field: str
) -> None:
    response = register(api(acme_key), integration, **fields)
    assert response.status_code == 400
    assert field in [error["field"] for error in response.json()["errors"]]
    assert not WebhookEndpoint.objects.exists()


def test_an_event_the_application_may_not_see(api: Api, acme: Partner, lead_created: EventType) -> None:
    narrow = make_application(acme, "Narrow", approved_permissions=["manage:webhooks"])
    key = make_key(narrow, scopes=frozenset({"manage:webhooks"}))
    response = register(api(key), make_integration(narrow))
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "scope_missing"
    assert register(api(key), make_integration(narrow), subscribedEvents=["lead.*"]).status_code == 201


def test_a_stranger_sees_no_integration(
    api: Api, globex_key: str, integration: Integration, lead_created: EventType
) -> None:
    response = register(api(globex_key), integration)
    assert response.status_code == 400
    assert response.json()["errors"][0] == {
        "field": "integrationId",
        "code": "not_found",
        "message": "There is no such object, or it is not yours.",
    }
    assert not WebhookEndpoint.objects.exists()


def test_without_the_scope(api: Api, application: PartnerApplication, integration: Integration) -> None:
    key = make_key(application, scopes=ALL_SCOPES - {"manage:webhooks"})
    assert register(api(key), integration).status_code == 403
    assert not WebhookEndpoint.objects.exists()


def test_a_test_key_and_a_live_integration(
    api: Api, application: PartnerApplication, integration: Integration, lead_created: EventType
) -> None:
    response = register(api(make_key(application, environment="test")), integration)
    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "not_found"


def test_plain_http_in_test_mode(api: Api, application: PartnerApplication, lead_created: EventType) -> None:
    sandbox = make_integration(application, environment="test")
    response = register(api(make_key(application, environment="test")), sandbox, endpointUrl="http://partner.com/hook")
    assert response.status_code == 201
    assert response.json()["data"]["environment"] == "test"
