"""The event log over REST."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from events.models import PlatformEvent
from events.services.publishing import publish_event
from partners.models import Partner, User
from tests.conftest import make_key

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]

LEAD = {"id": "lead_123", "email": "john@example.com", "first_name": "kept as it is"}
BODY = {"event": "lead.created", "entityType": "lead", "entityId": "lead_123", "payload": LEAD}


def make_event(name: str = "lead.created", entity_id: str = "lead_123", **fields: Any) -> PlatformEvent:
    return publish_event(
        event_name=name, entity_type=name.partition(".")[0], entity_id=entity_id, payload={"id": entity_id}, **fields
    )


def test_the_core_platform_publishes(api: Api, service_key: str) -> None:
    response = api(service_key).post("/api/events", BODY)

    event = PlatformEvent.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"/api/events/{event.pk}"
    assert response.json() == {
        "data": {
            "id": str(event.pk),
            "eventId": f"evt_{event.pk.hex}",
            "event": "lead.created",
            "eventTypeId": str(event.event_type_id),
            "entityType": "lead",
            "entityId": "lead_123",
            "payload": LEAD,
            "schemaVersion": 1,
            "environment": "live",
            "partnerId": None,
            "isTest": False,
            "createdAt": event.created_at.isoformat().replace("+00:00", "Z"),
        }
    }


def test_staff_publish_from_a_session(api: Api, dana: User) -> None:
    assert api(dana).post("/api/events", BODY).status_code == 201


def test_a_partner_may_not_publish(api: Api, acme_key: str) -> None:
    response = api(acme_key).post("/api/events", BODY)

    assert response.status_code == 403
    assert response.json()["code"] == "insufficient_scope"
    assert response.json()["detail"] == "This is for the platform's own services and for staff."
    assert not PlatformEvent.objects.exists()


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"event": "lead.exploded"}, "event", "unknown_event"),
        ({"payload": {"id": "x", "email": "no"}}, "payload.email", "schema_violation"),
        ({"payload": {"email": "a@b.example"}}, "payload.id", "schema_violation"),
        ({"payload": {"id": "x", "n": 2**53}}, "payload.n", "unsafe_integer"),
        (
            {"payload": {"id": "x", "snake_name": {"inner_name": "a\0"}}},
            "payload.snake_name.inner_name",
            "invalid_text",
        ),
        ({"payload": []}, "payload", "invalid_type"),
        ({"entityId": ""}, "entityId", "blank"),
        ({"entityId": "x" * 101}, "entityId", "max_length"),
        ({"partnerId": "nobody"}, "partnerId", "invalid"),
        ({"partnerId": "01a20b6e-0000-7000-8000-000000000000"}, "partnerId", "not_found"),
        ({"environment": "moon"}, "environment", "invalid_choice"),
        ({"entity_type": "lead"}, "entity_type", "unknown_field"),
    ],
)
def test_a_bad_body_names_the_field(api: Api, service_key: str, change: dict[str, Any], field: str, code: str) -> None:
    response = api(service_key).post("/api/events", {**BODY, **change})

    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [(field, code)]
    assert not PlatformEvent.objects.exists()


def test_an_idempotency_key_in_the_body_publishes_once(api: Api, service_key: str) -> None:
    client = api(service_key)
    first = client.post("/api/events", {**BODY, "idempotencyKey": "k"})
    again = client.post("/api/events", {**BODY, "idempotencyKey": "k"})
    other = client.post("/api/events", {**BODY, "entityId": "other", "idempotencyKey": "k"})

    assert first.json() == again.json()
    assert (other.status_code, other.json()["code"]) == (422, "idempotency_key_reused")
    assert [row["field"] for row in other.json()["errors"]] == ["idempotencyKey"]
    assert PlatformEvent.objects.count() == 1


def test_it_is_found_by_either_id(api: Api, acme_key: str) -> None:
    event = make_event()

    by_uuid = api(acme_key).get(f"/api/events/{event.pk}")
    by_public_id = api(acme_key).get(f"/api/events/{event.public_id}")

    assert by_uuid.status_code == by_public_id.status_code == 200
    assert by_uuid.json() == by_public_id.json()


@pytest.mark.parametrize("key", ["nonsense", "evt_", "evt_0", "0" * 32, "%00"])
def test_an_unknown_id_is_404(api: Api, acme_key: str, key: str) -> None:
    assert api(acme_key).get(f"/api/events/{key}").status_code == 404


def test_an_event_addressed_to_another_partner_is_absent(
    api: Api, acme: Partner, acme_key: str, globex_key: str
) -> None:
    event = make_event(partner_id=acme.pk)

    assert api(acme_key).get(f"/api/events/{event.pk}").status_code == 200
    assert api(globex_key).get(f"/api/events/{event.pk}").status_code == 404
    assert api(globex_key).get("/api/events").json()["data"] == []


def test_a_key_sees_what_its_scopes_and_environment_allow(api: Api, application: PartnerApplication) -> None:
    lead, claim = make_event(), make_event("claim.filed", "clm_1")
    test_lead = make_event(environment="test")
    keys = {
        "leads": make_key(application, scopes=frozenset({"read:events", "read:leads"})),
        "claims": make_key(application, scopes=frozenset({"read:events", "read:claims"})),
        "test": make_key(application, environment="test"),
    }

    seen = {name: [row["id"] for row in api(key).get("/api/events").json()["data"]] for name, key in keys.items()}

    assert seen == {"leads": [str(lead.pk)], "claims": [str(claim.pk)], "test": [str(test_lead.pk)]}


def test_people_see_what_their_applications_may(api: Api, application: PartnerApplication, bob: User) -> None:
    application.approved_permissions = ["read:leads"]
    application.save()
    make_event("claim.filed", "clm_1")
    leads = [make_event(environment="test"), make_event()]

    ids = [row["id"] for row in api(bob).get("/api/events").json()["data"]]

    assert ids == [str(event.pk) for event in reversed(leads)]


def test_filters(api: Api, service_key: str, acme: Partner) -> None:
    lead = make_event()
    updated = make_event("lead.updated")
    claim = make_event("claim.filed", "clm_1", environment="test", partner_id=acme.pk)
    client = api(service_key)

    def ids(**query: Any) -> set[str]:
        response = client.get("/api/events", query)
        assert response.status_code == 200, response.json()
        return {row["id"] for row in response.json()["data"]}

    now = datetime.now(tz=UTC)
    assert ids(event="lead.created") == {str(lead.pk)}
    assert ids(eventTypeId=updated.event_type_id) == {str(updated.pk)}
    assert ids(category="claim") == {str(claim.pk)}
    assert ids(entityType="lead", entityId="lead_123") == {str(lead.pk), str(updated.pk)}
    assert ids(environment="test") == ids(partnerId=acme.pk) == {str(claim.pk)}
    assert ids(createdAfter=(now + timedelta(hours=1)).isoformat()) == set()
    assert ids(createdBefore="1960-01-01T00:00:00Z") == set()
    assert len(ids(createdAfter="2020-01-01", createdBefore=(now + timedelta(hours=1)).isoformat())) == 3


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"createdAfter": "yesterday"}, "createdAfter"),
        ({"environment": "moon"}, "environment"),
        ({"category": "nothing"}, "category"),
        ({"partnerId": "x"}, "partnerId"),
        ({"created_after": "2020-01-01"}, "created_after"),
        ({"color": "red"}, "color"),
        ({"entityId": "a\0"}, "entityId"),
        ({"ordering": "payload"}, "ordering"),
        ({"limit": "0"}, "limit"),
        ({"cursor": "garbage"}, "cursor"),
    ],
)
def test_a_bad_filter_is_named(api: Api, service_key: str, query: dict[str, str], field: str) -> None:
    response = api(service_key).get("/api/events", query)

    assert response.status_code == 400
    assert [row["field"] for row in response.json()["errors"]] == [field]


def test_the_order_of_time_is_that_of_the_ids(api: Api, service_key: str) -> None:
    events = [str(make_event().pk) for _ in range(3)]
    with CaptureQueriesContext(connection) as queries:
        rows = api(service_key).get("/api/events", {"ordering": "createdAt", "limit": "2"}).json()
    assert [row["id"] for row in rows["data"]] == events[:2]
    assert any('ORDER BY "events_platformevent"."id" ASC' in query["sql"] for query in queries)
    following = {"ordering": "createdAt", "cursor": rows["pagination"]["nextCursor"]}
    assert [row["id"] for row in api(service_key).get("/api/events", following).json()["data"]] == events[2:]


def test_an_unknown_parameter_of_a_report_is_named_like_any_other(api: Api, acme_key: str) -> None:
    for path in ("/api/events/statistics", "/api/events", "/api/webhooks/statistics"):
        response = api(acme_key).get(path, {"color": "red"})
        assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [("color", "unknown_parameter")]


def test_statistics(api: Api, acme_key: str, acme: Partner, globex: Partner) -> None:
    make_event()
    make_event()
    make_event("claim.filed", "clm_1")
    make_event(partner_id=globex.pk)

    response = api(acme_key).get("/api/events/statistics")

    today = datetime.now(tz=UTC).date()
    assert response.status_code == 200
    assert response.json()["data"] == {
        "startDate": (today - timedelta(days=29)).isoformat(),
        "endDate": today.isoformat(),
        "total": 3,
        "byEvent": [{"event": "lead.created", "count": 2}, {"event": "claim.filed", "count": 1}],
        "byCategory": [{"category": "lead", "count": 2}, {"category": "claim", "count": 1}],
        "byEnvironment": [{"environment": "live", "count": 3}],
        "byDay": [{"date": today.isoformat(), "count": 3}],
    }


@pytest.mark.parametrize(
    "query",
    [
        {"startDate": "2026-02-01", "endDate": "2026-01-01"},
        {"startDate": "0001-01-01", "endDate": "9999-12-31"},
        {"startDate": "x"},
        {"days": "3"},
    ],
)
def test_a_bad_period_is_refused(api: Api, acme_key: str, query: dict[str, str]) -> None:
    assert api(acme_key).get("/api/events/statistics", query).status_code == 400


def test_an_early_period_is_empty(api: Api, acme_key: str) -> None:
    response = api(acme_key).get("/api/events/statistics", {"endDate": "0001-01-05"})

    assert response.status_code == 200
    assert response.json()["data"]["total"] == 0


def test_replay_without_webhooks_reaches_nobody(api: Api, acme_key: str) -> None:
    event = make_event()

    response = api(acme_key).post(f"/api/events/{event.pk}/replay")

    assert response.status_code == 200
    assert response.json()["data"]["deliveries"] == 0
    assert response.json()["data"]["id"] == str(event.pk)


def test_replay_to_an_unknown_webhook_is_refused(api: Api, acme_key: str) -> None:
    event = make_event()

    response = api(acme_key).post(
        f"/api/events/{event.pk}/replay", {"webhookId": "0198c5e2-7c1b-7e6a-9d57-3f1a2b4c5d6e"}
    )

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "webhookId"


def test_event_types(api: Api, acme_key: str) -> None:
    response = api(acme_key).get("/api/event-types", {"category": "lead"})

    rows = response.json()["data"]
    assert [row["eventName"] for row in rows] == [
        "lead.assigned",
        "lead.converted",
        "lead.created",
        "lead.qualified",
        "lead.updated",
    ]
    assert rows[2]["payloadSchema"]["properties"]["firstName"]["type"] == "string"
    assert rows[2]["requiredScope"] == "read:leads"
    assert rows[2]["example"]["email"] == "john@example.com"
