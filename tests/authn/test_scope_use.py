"""SEC006: which scopes an application uses, from what the meter saw and what its endpoints are subscribed to."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone

from applications import registry
from applications.models import ApplicationRouteUse, PartnerApplication
from applications.services.validation import run_security_validation
from authn.metering import Call
from authn.scope_use import scopes_of_api, scopes_of_route
from authn.selectors import redirect_uris_of, used_scopes
from billing.services.metering import count
from common.ids import uuid7
from common.principal import SYSTEM
from events.models import EventType
from integrations.models import Integration
from tests.authn.oauth.conftest import REDIRECT_URI, issue
from webhooks.models import WebhookEndpoint
from webhooks.signing import generate_secret

pytestmark = pytest.mark.django_db


def called(application: PartnerApplication, route: str, *, at: datetime | None = None, **fields: Any) -> Call:
    milliseconds = int((at or timezone.now()).timestamp() * 1000)
    values: dict[str, Any] = {
        "partner_id": application.partner_id, "application_id": application.id, "credential_id": None,
        "request_id": "r", "method": "GET", "route": route, "status": 200, "duration_ms": 1.0,
        "request_bytes": 0, "response_bytes": 1, "environment": "test",
    }  # fmt: skip
    call_id = uuid.UUID(int=(milliseconds << 80) | (uuid7().int & ((1 << 80) - 1)))
    return Call(id=call_id, **{**values, **fields})


def finding(application: PartnerApplication) -> tuple[str, str]:
    run = run_security_validation(application=application, actor=SYSTEM)
    row = next(row for row in run.findings if row["id"] == "SEC006")
    return row["outcome"], row["detail"]


@pytest.mark.parametrize(
    ("method", "route", "scopes"),
    [
        ("GET", "/api/webhooks", {"manage:webhooks"}),
        ("HEAD", "/api/webhooks/{id}", {"manage:webhooks"}),
        ("POST", "/api/applications", {"manage:applications"}),
        ("GET", "/api/applications/{id}/statistics", {"read:analytics"}),
        ("PUT", "/api/applications/{id}/approve", set()),  # staff
        ("GET", "/leads/*", {"read:leads"}),
        ("DELETE", "/leads/*", {"write:leads"}),
        ("GET", "/nowhere/*", set()),
        ("GET", "", set()),
    ],
)
def test_what_a_route_needs(method: str, route: str, scopes: set[str]) -> None:
    assert scopes_of_route(method, route) == scopes


def test_every_scope_of_a_partner_opens_something() -> None:
    opened = {scope for scopes in scopes_of_api().values() for scope in scopes}
    assert {"manage:webhooks", "manage:applications", "manage:integrations", "manage:keys", "read:events"} <= opened


def test_without_a_call_nothing_is_judged(application: PartnerApplication) -> None:
    assert used_scopes(application) is None
    assert finding(application) == ("skipped", "Nothing was called yet.")


def test_scopes_without_a_call_are_named(application: PartnerApplication) -> None:
    PartnerApplication.objects.filter(pk=application.pk).update(
        permissions=["read:leads", "write:leads", "manage:webhooks", "read:claims", "admin"]
    )
    application.refresh_from_db()
    count(
        [
            called(application, "/leads/*"),
            called(application, "/leads/*", method="POST", status=403),
            called(application, "/api/webhooks"),
            called(application, "/claims/*", application_id=uuid7()),
        ]
    )
    assert used_scopes(application) == frozenset({"read:leads", "manage:webhooks"})
    assert finding(application) == ("failed", "write:leads, read:claims")


def test_a_call_of_long_ago_does_not_count(application: PartnerApplication) -> None:
    count([called(application, "/leads/*", at=timezone.now() - timedelta(days=91))])
    assert used_scopes(application) is None


def test_a_busy_route_is_written_once_a_day(application: PartnerApplication) -> None:
    start = timezone.now() - timedelta(days=2)
    count([called(application, "/leads/*", at=start)])
    first = ApplicationRouteUse.objects.get()
    count([called(application, "/leads/*", at=start + timedelta(hours=23))])
    assert ApplicationRouteUse.objects.get().updated_at == first.updated_at
    count([called(application, "/leads/*", at=start + timedelta(hours=25))])
    again = ApplicationRouteUse.objects.get()
    assert again.last_used_at > first.last_used_at
    count([called(application, "/leads/*", at=start + timedelta(hours=1))])  # a late copy moves nothing back
    assert ApplicationRouteUse.objects.get().last_used_at == again.last_used_at


def test_a_subscription_uses_the_scope_of_its_events(application: PartnerApplication) -> None:
    EventType.objects.update_or_create(
        event_name="lead.created",
        defaults={"description": "A lead.", "event_category": "lead", "required_scope": "read:leads"},
    )
    integration = Integration.objects.create(
        application=application, partner=application.partner, integration_name="CRM"
    )
    endpoint = WebhookEndpoint.objects.create(
        integration=integration,
        partner=application.partner,
        endpoint_url="https://acme.test/hook",
        subscribed_events=["lead.*"],
        webhook_secret=generate_secret(),
    )
    unused = registry.unused_scopes(application)
    assert unused is not None
    assert set(application.permissions) - set(unused) == {"read:leads"}
    endpoint.active = False
    endpoint.save()
    assert registry.unused_scopes(application) is None


def test_redirect_uris_of_clients_are_judged(application: PartnerApplication) -> None:
    issue(application)
    assert redirect_uris_of(application) == [REDIRECT_URI]
    assert registry.registered_redirect_uris(application) == (REDIRECT_URI,)
