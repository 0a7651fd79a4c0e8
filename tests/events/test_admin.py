"""The catalogue and the log in the admin."""

from __future__ import annotations

import json
import re

import pytest
from django.test import Client

from events.models import EventType
from events.services.publishing import publish_event
from partners.models import User

pytestmark = pytest.mark.django_db
FIELDS = {
    "event_name": "quote.made",
    "description": "A quote was made.",
    "event_category": "custom",
    "required_scope": "read:leads",
    "active": "on",
    "payload_schema": json.dumps({"type": "object", "required": ["id"]}),
    "example": json.dumps({"id": "q_1"}),
}


@pytest.fixture
def staff(client: Client, dana: User) -> Client:
    """Dana's browser."""
    client.force_login(dana)
    return client


def test_a_custom_type_can_be_added_and_published(staff: Client) -> None:
    response = staff.post("/admin/events/eventtype/add/", FIELDS)

    assert response.status_code == 302, response.content
    event = publish_event(event_name="quote.made", entity_type="quote", entity_id="q_1", payload={"id": "q_1"})
    assert event.event_type.required_scope == "read:leads"


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"payload_schema": json.dumps({"type": "objec"})}, "Not a JSON Schema"),
        ({"payload_schema": json.dumps({"$ref": "https://example.com/x.json"})}, "Not a JSON Schema"),
        ({"example": json.dumps({"name": "x"})}, "payload.id"),
        ({"example": json.dumps({"id": 2**60})}, "2^53"),
        ({"example": '{"id": "a", "id": "b"}'}, "duplicate member"),
        ({"example": '{"id": NaN}'}, "NaN is not JSON"),
        ({"payload_schema": '{"maximum": 1e999}'}, "maximum: This number is too large."),
        ({"payload_schema": r'{"title": "\ud800"}'}, "title: Holds a NUL or an unpaired surrogate."),
        ({"payload_schema": r'{"title": "a\u0000"}'}, "title: Holds a NUL or an unpaired surrogate."),
        ({"payload_schema": "[" * 100_000}, "This is not valid JSON"),
    ],
)
def test_a_bad_schema_or_example_is_refused(staff: Client, change: dict[str, str], words: str) -> None:
    response = staff.post("/admin/events/eventtype/add/", {**FIELDS, **change})

    assert response.status_code == 200
    assert words in response.content.decode()
    assert not EventType.objects.filter(event_name="quote.made").exists()


def test_a_changed_schema_gets_the_next_version(staff: Client) -> None:
    staff.post("/admin/events/eventtype/add/", FIELDS)
    row = EventType.objects.get(event_name="quote.made")

    response = staff.post(
        f"/admin/events/eventtype/{row.pk}/change/", {**FIELDS, "payload_schema": json.dumps({"type": "object"})}
    )

    row.refresh_from_db()
    assert response.status_code == 302
    assert (row.schema_version, row.payload_schema) == (2, {"type": "object"})
    page = staff.get(f"/admin/events/eventtype/{row.pk}/change/").content.decode()
    assert re.search(r"&quot;1&quot;: {\s+&quot;type&quot;: &quot;object&quot;,\s+&quot;required&quot;", page)


def test_of_a_standard_type_only_active_changes(staff: Client) -> None:
    row = EventType.objects.get(event_name="lead.created")
    before = row.payload_schema

    staff.post(f"/admin/events/eventtype/{row.pk}/change/", {**FIELDS, "active": ""})

    row.refresh_from_db()
    assert (row.event_name, row.payload_schema, row.active) == ("lead.created", before, False)


def test_the_log_is_shown_and_not_edited(staff: Client) -> None:
    event = publish_event(
        event_name="lead.created", entity_type="lead", entity_id="lead_<b>", payload={"id": "<script>"}
    )

    changelist = staff.get("/admin/events/platformevent/")
    detail = staff.get(f"/admin/events/platformevent/{event.pk}/change/")

    assert changelist.status_code == detail.status_code == 200
    assert event.public_id in detail.content.decode()
    assert "<script>&quot;" not in detail.content.decode()
    assert "&lt;script&gt;" in detail.content.decode()
    assert staff.get("/admin/events/platformevent/add/").status_code == 403
    assert staff.post(f"/admin/events/platformevent/{event.pk}/delete/").status_code == 403
