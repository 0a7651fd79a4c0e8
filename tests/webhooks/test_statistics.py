"""What became of deliveries, in figures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from common.ids import uuid7
from common.principal import SYSTEM
from events.models import PlatformEvent
from integrations.models import Integration
from tests.webhooks.conftest import make_endpoint
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.selectors import delivery_statistics

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]
pytestmark = pytest.mark.django_db
NOTHING: dict[str, Any] = {
    "total": 0,
    "delivered": 0,
    "failed": 0,
    "pending": 0,
    "attempts": 0,
    "success_rate": None,
    "failure_rate": None,
    "retry_rate": None,
    "delivery_time_ms": {"p50": None, "p95": None, "p99": None},
    "failures_by_cause": [],
    "oldest_undelivered_at": None,
}
FIGURES: dict[str, Any] = {
    "total": 8,
    "delivered": 5,
    "failed": 2,
    "pending": 1,
    "attempts": 5 + 1 + 5 + 1 + 2,
    "success_rate": 5 / 7,
    "failure_rate": 2 / 7,
    "retry_rate": 3 / 8,
    "failures_by_cause": [
        {"cause": "http_500", "count": 4},
        {"cause": "timeout", "count": 3},
        {"cause": "connection_reset", "count": 1},
        {"cause": "http_404", "count": 1},
    ],
}


def deliver(
    event: PlatformEvent, *, status: str, causes: Sequence[str | int] = (), milliseconds: float | None = None
) -> WebhookDelivery:
    """Make a delivery end so: each cause is a failed attempt, `milliseconds` is how long it took to arrive."""
    delivery = WebhookDelivery.objects.get(event=event)
    if milliseconds is not None:
        delivery.delivered_at = delivery.created_at + timedelta(milliseconds=milliseconds)
    arrived = milliseconds is not None
    delivery.status, delivery.attempt_number = status, len(causes) + arrived
    delivery.save()
    outcomes: list[str | int] = [*causes, *([200] if arrived else [])]
    for number, outcome in enumerate(outcomes, 1):
        WebhookAttempt.objects.create(
            id=uuid7(),
            delivery=delivery,
            attempt_number=number,
            started_at=timezone.now(),
            duration_ms=1.0,
            request_url="https://partner.com/",
            response_status=outcome if isinstance(outcome, int) else None,
            error="" if isinstance(outcome, int) else outcome,
            succeeded=outcome == 200,
        )
    return delivery


@pytest.fixture
def world(endpoint: WebhookEndpoint, publish: Publish) -> WebhookDelivery:
    """Eight deliveries of every kind; the one that waits."""
    for milliseconds in (10, 20, 30, 40):
        deliver(publish(), status="delivered", milliseconds=milliseconds)
    waiting = deliver(publish(), status="pending", causes=["timeout", "timeout"])
    deliver(publish(), status="failed", causes=[500, 500, 500, "connection_reset", "timeout"])
    deliver(publish(), status="failed", causes=[404])
    deliver(publish(), status="delivered", causes=[500], milliseconds=120_000)
    return waiting


def test_the_figures_of_an_endpoint(world: WebhookDelivery, endpoint: WebhookEndpoint) -> None:
    found = delivery_statistics(principal=SYSTEM, webhook=endpoint)
    assert {name: found[name] for name in FIGURES} == FIGURES
    assert found["oldest_undelivered_at"] == world.created_at
    assert found["until"] - found["since"] == timedelta(hours=24)
    # 10, 20, 30, 40 and 120,000, interpolated as percentile_cont does.
    assert found["delivery_time_ms"] == pytest.approx(
        {"p50": 30.0, "p95": 40 + 0.8 * 119_960, "p99": 40 + 0.96 * 119_960}
    )


def test_the_same_over_http(api: Api, acme_key: str, world: WebhookDelivery, endpoint: WebhookEndpoint) -> None:
    expected = {
        "total": 8,
        "delivered": 5,
        "failed": 2,
        "pending": 1,
        "attempts": 14,
        "successRate": 5 / 7,
        "failureRate": 2 / 7,
        "retryRate": 3 / 8,
        "failuresByCause": FIGURES["failures_by_cause"],
        "oldestUndeliveredAt": world.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
    }
    for path in (f"/api/webhooks/{endpoint.id}/statistics", "/api/webhooks/statistics"):
        data = api(acme_key).get(path).json()["data"]
        assert {name: data[name] for name in expected} == expected
        assert data["deliveryTimeMs"] == pytest.approx({"p50": 30.0, "p95": 96_008.0, "p99": 115_201.6})


def test_a_stranger_counts_nothing(
    api: Api, globex_key: str, world: WebhookDelivery, endpoint: WebhookEndpoint
) -> None:
    assert api(globex_key).get(f"/api/webhooks/{endpoint.id}/statistics").status_code == 404
    data = api(globex_key).get("/api/webhooks/statistics").json()["data"]
    assert (data["total"], data["failuresByCause"], data["oldestUndeliveredAt"]) == (0, [], None)


def test_where_there_is_nothing_there_is_no_rate(integration: Integration, world: WebhookDelivery) -> None:
    quiet = make_endpoint(integration, "https://quiet.com/")
    found = delivery_statistics(principal=SYSTEM, webhook=quiet)
    assert {name: found[name] for name in NOTHING} == NOTHING


def test_a_span_counts_what_was_made_in_it(world: WebhookDelivery, endpoint: WebhookEndpoint) -> None:
    def total(since: datetime, until: datetime) -> Any:
        return delivery_statistics(principal=SYSTEM, webhook=endpoint, since=since, until=until)["total"]

    day, now = timedelta(days=1), timezone.now()
    assert (total(now - day, now + day), total(now - 2 * day, now - day), total(now + day, now + 2 * day)) == (8, 0, 0)
