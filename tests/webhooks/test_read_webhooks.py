"""Lists of endpoints and deliveries, their filters, and the statistics."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from common.partitions import uuid7_floor
from events.models import PlatformEvent
from partners.models import Partner
from tests.conftest import make_application
from tests.webhooks.conftest import make_endpoint, make_integration
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]
Fail = Callable[..., list[WebhookDelivery]]


def test_endpoints_by_state_and_application(
    api: Api, acme_key: str, acme: Partner, application: PartnerApplication, endpoint: WebhookEndpoint
) -> None:
    off = make_endpoint(endpoint.integration, "https://off.test/", active=False)
    other_application = make_application(acme, "Other")
    other = make_endpoint(make_integration(other_application), "https://other.test/")

    def ids(**query: Any) -> set[str]:
        response = api(acme_key).get("/api/webhooks", query)
        assert response.status_code == 200, response.json()
        return {row["id"] for row in response.json()["data"]}

    assert ids(active="true") == {str(endpoint.id), str(other.id)}
    assert ids(active="false") == {str(off.id)}
    assert ids(appId=other_application.id) == {str(other.id)}
    assert ids(appId=application.id) == {str(endpoint.id), str(off.id)}
    assert ids(integrationId=other.integration_id) == {str(other.id)}
    assert ids(environment="live") == {str(endpoint.id), str(off.id), str(other.id)}
    assert ids(environment="test") == set()
    assert ids(event="lead.created") == set()
    assert len(ids(event="lead.*")) == 3


@pytest.mark.parametrize("query", [{"active": "yes"}, {"environment": "moon"}, {"appId": "x"}, {"app_id": "x"}])
def test_a_bad_filter_of_endpoints_is_named(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, query: dict[str, str]
) -> None:
    response = api(acme_key).get("/api/webhooks", query)
    assert response.status_code == 400
    assert [row["field"] for row in response.json()["errors"]] == list(query)


def test_deliveries_by_what_the_receiver_saw(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, publish: Publish
) -> None:
    event = publish()
    publish()
    path = f"/api/webhooks/{endpoint.id}/deliveries"
    for key in (str(event.id), event.public_id, event.id.hex):
        (row,) = api(acme_key).get(path, {"eventId": key}).json()["data"]
        assert row["messageId"] == event.public_id
    for key in ("evt_", "evt_evt_", "x"):
        assert api(acme_key).get(path, {"eventId": key}).status_code == 400


def test_a_time_between_two_deliveries_parts_them(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, fail: Fail
) -> None:
    old, new = fail(2)
    between = timezone.now() - timedelta(hours=1)
    WebhookDelivery.objects.filter(pk=old.pk).update(id=uuid7_floor(between - timedelta(milliseconds=1)))
    path, moment = f"/api/webhooks/{endpoint.id}/deliveries", between.isoformat()
    after = api(acme_key).get(path, {"createdAfter": moment}).json()["data"]
    before = api(acme_key).get(path, {"createdBefore": moment}).json()["data"]
    assert [row["id"] for row in after] == [str(new.id)]
    assert [row["eventId"] for row in before] == [str(old.event_id)]


def test_in_the_order_of_time_page_by_page(api: Api, acme_key: str, endpoint: WebhookEndpoint, fail: Fail) -> None:
    made = [str(one.id) for one in fail(3)]
    path = f"/api/webhooks/{endpoint.id}/deliveries"
    for ordering, expected in (("createdAt", made), ("-createdAt", made[::-1])):
        first = api(acme_key).get(path, {"ordering": ordering, "limit": "2"}).json()
        cursor = first["pagination"]["nextCursor"]
        rest = api(acme_key).get(path, {"ordering": ordering, "limit": "2", "cursor": cursor}).json()
        assert [row["id"] for row in first["data"] + rest["data"]] == expected


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/webhooks/undelivered", {}),
        ("/api/webhooks/undelivered", {"status": "failed"}),
        ("/api/webhooks/{id}/deliveries", {"status": ["failed", "pending"]}),
        ("/api/webhooks/{id}/deliveries", {"ordering": "createdAt"}),
        ("/api/webhooks/{id}/deliveries", {"kind": "test", "createdAfter": "2026-01-01T00:00:00Z"}),
    ],
)
def test_lists_are_read_along_an_index(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, fail: Fail, path: str, query: dict[str, str]
) -> None:
    fail(1)
    with CaptureQueriesContext(connection) as queries:
        assert api(acme_key).get(path.format(id=endpoint.id), query).status_code == 200
    (statement,) = [one["sql"] for one in queries if 'FROM "webhooks_webhookdelivery"' in one["sql"]]
    assert "DISTINCT" not in statement
    with connection.cursor() as cursor:
        # With next to no rows any plan is cheap: what must be possible is one without reading the table.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Seq Scan on webhooks_webhookdelivery" not in plan


def test_undelivered_is_what_waits_and_what_failed(
    api: Api, acme_key: str, globex_key: str, endpoint: WebhookEndpoint, publish: Publish, fail: Fail
) -> None:
    publish()
    process_pending_deliveries()
    (failed,) = fail(1)
    publish()
    waiting = WebhookDelivery.objects.pending().get()
    rows = api(acme_key).get("/api/webhooks/undelivered").json()["data"]
    assert [row["id"] for row in rows] == [str(waiting.id), str(failed.id)]
    assert api(globex_key).get("/api/webhooks/undelivered").json()["data"] == []


@pytest.mark.parametrize(
    ("query", "field", "code"),
    [
        ({"until": "9999-12-31T23:59:59.999999Z"}, "until", "out_of_range"),
        ({"until": "0001-01-01T00:00:00Z"}, "until", "out_of_range"),
        ({"since": "2026-01-02T00:00:00Z", "until": "2026-01-01T00:00:00Z"}, "since", "invalid_range"),
        ({"since": "2999-01-01T00:00:00Z"}, "since", "invalid_range"),
        ({"since": "yesterday"}, "since", "invalid"),
        ({"from": "2026-01-01T00:00:00Z"}, "from", "unknown_parameter"),
    ],
)
def test_a_bad_span_is_named(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, query: dict[str, str], field: str, code: str
) -> None:
    for path in ("/api/webhooks/statistics", f"/api/webhooks/{endpoint.id}/statistics"):
        response = api(acme_key).get(path, query)
        assert response.status_code == 400
        assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [(field, code)]


def test_statistics_of_a_span(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, receiver: object, publish: Publish, fail: Fail
) -> None:
    publish()
    process_pending_deliveries()
    fail(3)
    path, now = f"/api/webhooks/{endpoint.id}/statistics", timezone.now()
    figures = api(acme_key).get(path, {"since": "0001-01-01T00:00:00Z"}).json()["data"]
    assert [figures[name] for name in ("total", "delivered", "failed", "successRate")] == [4, 1, 3, 0.25]
    hour_ago = (now - timedelta(hours=1)).isoformat()
    assert api(acme_key).get(path, {"until": hour_ago}).json()["data"]["total"] == 0
