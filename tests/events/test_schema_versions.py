"""Every version of a type's schema is kept, and an event says which one it met."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from events.models import EventType, PlatformEvent
from events.services.catalogue import cache, initialize_standard_events, save_event_type
from events.services.publishing import publish_event
from partners.models import User

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
FIRST = {"type": "object", "required": ["id"]}
SECOND = {"type": "object", "required": ["id", "premium"]}
THIRD = {"type": "object", "required": ["id"], "properties": {"snake_name": {"type": "string"}}}


@pytest.fixture
def quote_made() -> Iterator[EventType]:
    """A type of ours in the first version of its schema."""
    event_type = EventType(
        event_name="quote.made", description="A quote.", event_category="custom", payload_schema=FIRST,
        example={"id": "q", "premium": "1.00"},
    )  # fmt: skip
    yield save_event_type(event_type=event_type)
    cache.clear()


def change(event_type: EventType, schema: dict[str, Any]) -> None:
    event_type.payload_schema = schema
    save_event_type(event_type=event_type)


def publish() -> PlatformEvent:
    return publish_event(
        event_name="quote.made", entity_type="quote", entity_id="q", payload={"id": "q", "premium": "1"}
    )


def test_an_event_says_which_version_it_met(api: Api, acme_key: str, quote_made: EventType) -> None:
    first = publish()
    change(quote_made, SECOND)
    second = publish()

    rows = api(acme_key).get("/api/events", {"event": "quote.made"}).json()["data"]

    assert [(row["id"], row["schemaVersion"]) for row in rows] == [(str(second.pk), 2), (str(first.pk), 1)]


def test_the_catalogue_has_the_schemas_before(api: Api, acme_key: str, quote_made: EventType) -> None:
    change(quote_made, SECOND)
    quote_made.active = False
    save_event_type(event_type=quote_made)
    quote_made.active = True
    change(quote_made, THIRD)

    with CaptureQueriesContext(connection) as queries:
        rows = api(acme_key).get("/api/event-types").json()["data"]

    [quote] = [row for row in rows if row["eventName"] == "quote.made"]
    assert (quote["schemaVersion"], quote["payloadSchema"]) == (3, THIRD)
    assert quote["earlierSchemas"] == [
        {"schemaVersion": 1, "payloadSchema": FIRST},
        {"schemaVersion": 2, "payloadSchema": SECOND},
    ]
    assert {len(row["earlierSchemas"]) for row in rows if row is not quote} == {0}
    assert sum("events_eventtypeevent" in query["sql"] for query in queries) == 1


def test_the_product_changing_a_standard_type_keeps_the_schema_before() -> None:
    EventType.objects.filter(event_name="lead.created").update(payload_schema=FIRST)

    assert initialize_standard_events() == (0, 1)

    lead = EventType.objects.with_schemas().get(event_name="lead.created")
    assert lead.schema_version == 2
    assert [(state.schema_version, state.payload_schema) for state in lead.earlier_schemas] == [(1, FIRST)]


def test_the_portal_shows_them(client: Client, alice: User, quote_made: EventType) -> None:
    change(quote_made, SECOND)
    client.force_login(alice)

    page = client.get("/event-types/quote.made").content.decode()

    assert "Version 1, no longer in use" in page
    assert "Version 2, no longer in use" not in page
