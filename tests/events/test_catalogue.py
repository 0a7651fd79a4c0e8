"""The standard event types."""

from __future__ import annotations

from io import StringIO

import pytest
from django.core.management import call_command

from common.scopes import SCOPES
from events.catalogue import STANDARD_EVENTS, StandardEvent
from events.models import EventType
from events.payloads import check_against_schema, check_schema, normalize_payload
from events.services.catalogue import initialize_standard_events

SPEC_EVENTS = [
    "lead.created",
    "lead.updated",
    "lead.qualified",
    "lead.assigned",
    "lead.converted",
    "policy.created",
    "policy.updated",
    "policy.renewed",
    "policy.cancelled",
    "claim.filed",
    "claim.approved",
    "claim.denied",
    "claim.paid",
    "user.created",
    "user.updated",
    "user.role_changed",
    "integration.connected",
    "integration.disconnected",
    "integration.failed",
    "billing.usage_updated",
    "billing.invoice_generated",
    "billing.payment_received",
]


@pytest.mark.django_db
def test_migrating_fills_the_catalogue() -> None:
    assert EventType.objects.count() == len(STANDARD_EVENTS)
    assert set(SPEC_EVENTS) <= set(EventType.objects.active().values_list("event_name", flat=True))


@pytest.mark.django_db
def test_initializing_again_changes_nothing() -> None:
    before = list(EventType.objects.values_list("id", "updated_at"))

    assert initialize_standard_events() == (0, 0)
    assert list(EventType.objects.values_list("id", "updated_at")) == before


@pytest.mark.django_db
def test_initializing_restores_and_updates() -> None:
    EventType.objects.filter(event_name="lead.created").delete()
    EventType.objects.filter(event_name="lead.updated").update(payload_schema={"type": "object"}, active=False)
    EventType.objects.filter(event_name="lead.assigned").update(description="Old words")

    output = StringIO()
    call_command("init_events", stdout=output)

    assert output.getvalue() == "1 event types created, 2 updated.\n"
    assert EventType.objects.filter(event_name="lead.created", schema_version=1).exists()
    updated = EventType.objects.get(event_name="lead.updated")
    assert (updated.schema_version, updated.active) == (2, False)
    assert updated.payload_schema["title"] == "lead.updated"
    assert EventType.objects.get(event_name="lead.assigned").schema_version == 1


@pytest.mark.parametrize("event", STANDARD_EVENTS, ids=lambda event: event.name)
def test_every_entry_is_whole(event: StandardEvent) -> None:
    check_schema(event.payload_schema)
    check_against_schema(normalize_payload(event.example), event.payload_schema)
    assert event.description
    assert event.required_scope == "" or event.required_scope in SCOPES
    assert event.payload_schema["$schema"] == "https://json-schema.org/draft/2020-12/schema"


def test_names_are_unique() -> None:
    assert len({event.name for event in STANDARD_EVENTS}) == len(STANDARD_EVENTS)
