"""Replaying a range, and the timeline of an entity."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from rest_framework.test import APIClient

from events.models import PlatformEvent
from events.services import replay
from events.services.publishing import publish_event
from partners.models import Partner

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


def make_event(name: str = "lead.created", entity_id: str = "lead_1", **fields: Any) -> PlatformEvent:
    kind = name.partition(".")[0]
    return publish_event(event_name=name, entity_type=kind, entity_id=entity_id, payload={"id": entity_id}, **fields)


@pytest.fixture
def replayed(monkeypatch: pytest.MonkeyPatch) -> list[tuple[uuid.UUID, uuid.UUID | None, uuid.UUID | None]]:
    """What was handed to the webhooks: event, endpoint, partner."""
    cache.clear()
    calls: list[tuple[uuid.UUID, uuid.UUID | None, uuid.UUID | None]] = []

    def take(event: PlatformEvent, *, endpoint_id: uuid.UUID | None, partner_id: uuid.UUID | None) -> int:
        calls.append((event.pk, endpoint_id, partner_id))
        return 2

    monkeypatch.setattr(replay, "replayers", [take])
    return calls


def test_a_range_is_replayed_oldest_first(
    api: Api, acme: Partner, globex: Partner, acme_key: str, replayed: list[Any]
) -> None:
    events = [make_event(), make_event("lead.updated"), make_event()]
    make_event(partner_id=globex.pk)
    endpoint = uuid.uuid4()

    response = api(acme_key).post(
        "/api/events/replay",
        {"createdAfter": "2020-01-01T00:00:00Z", "event": "lead.created", "webhookId": str(endpoint)},
    )

    assert response.status_code == 200
    assert response.json() == {"data": {"events": 2, "deliveries": 4}}
    assert replayed == [(events[0].pk, endpoint, acme.pk), (events[2].pk, endpoint, acme.pk)]


def test_one_event_is_replayed_to_all(api: Api, service_key: str, replayed: list[Any]) -> None:
    event = make_event()

    response = api(service_key).post(f"/api/events/{event.pk}/replay")

    assert response.json()["data"]["deliveries"] == 2
    assert replayed == [(event.pk, None, None)]


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "createdAfter"),
        ({"createdAfter": "x"}, "createdAfter"),
        ({"createdAfter": "2020-01-01T00:00:00Z", "webhookId": "x"}, "webhookId"),
        ({"createdAfter": "2020-01-02T00:00:00Z", "createdBefore": "2020-01-01T00:00:00Z"}, "createdBefore"),
        ({"createdAfter": "2020-01-02T00:00:00Z", "event": "lead.exploded"}, "event"),
    ],
)
def test_a_bad_range_is_refused(api: Api, acme_key: str, replayed: list[Any], body: dict[str, Any], field: str) -> None:
    response = api(acme_key).post("/api/events/replay", body)

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == field
    assert replayed == []


def test_a_webhook_that_takes_none_of_them_is_refused(api: Api, acme_key: str) -> None:
    cache.clear()
    body = {"createdAfter": "2020-01-01T00:00:00Z", "event": "lead.created", "webhookId": str(uuid.uuid4())}
    assert api(acme_key).post("/api/events/replay", body).json() == {"data": {"events": 0, "deliveries": 0}}
    make_event()

    response = api(acme_key).post("/api/events/replay", body)

    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [("webhookId", "not_found")]


def test_too_many_at_once_and_in_an_hour_are_refused(
    api: Api, acme_key: str, replayed: list[Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(replay, "MAX_EVENTS", 2)
    monkeypatch.setattr(replay, "MAX_EVENTS_PER_HOUR", 3)
    make_event()
    make_event()
    body = {"createdAfter": "2020-01-01T00:00:00Z"}

    assert api(acme_key).post("/api/events/replay", body).status_code == 200
    limited = api(acme_key).post("/api/events/replay", body)
    make_event()
    many = api(acme_key).post("/api/events/replay", body)

    assert (limited.status_code, limited.json()["code"]) == (429, "throttled")
    assert 0 < int(limited["Retry-After"]) <= 3600
    assert (many.status_code, many.json()["errors"][0]["code"]) == (400, "too_many")
    assert len(replayed) == 2


def test_the_timeline_is_in_order_and_pages(api: Api, acme_key: str) -> None:
    events = [make_event(), make_event("lead.updated"), make_event("lead.converted")]
    make_event(entity_id="lead_2")
    client = api(acme_key)
    query = {"entityType": "lead", "entityId": "lead_1", "limit": "2"}

    first = client.get("/api/events/timeline", query).json()
    second = client.get("/api/events/timeline", {**query, "cursor": first["pagination"]["nextCursor"]}).json()

    assert [row["id"] for row in first["data"] + second["data"]] == [str(event.pk) for event in events]
    assert second["pagination"]["nextCursor"] is None
    latest = client.get("/api/events/timeline", {**query, "ordering": "-createdAt"}).json()
    assert [row["id"] for row in latest["data"]] == [str(event.pk) for event in reversed(events[1:])]
    assert client.get("/api/events/timeline", {"entityType": "lead"}).json()["errors"][0]["field"] == "entityId"
