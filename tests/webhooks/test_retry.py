"""The retry schedule, dead letters, and retrying by hand."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rest_framework.test import APIClient

from events.models import PlatformEvent
from tests.receivers import Answer, Receiver, close, reply, reset
from tests.webhooks.conftest import make_due
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.schedule import delay_after, retry_after, with_jitter
from webhooks.services.deliveries import process_pending_deliveries

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]


def test_the_schedule_of_the_spec() -> None:
    assert [delay_after(number, limit=5) for number in range(1, 6)] == [120, 240, 480, 960, None]
    assert [delay_after(number, limit=3, backoff="fixed") for number in (1, 2, 3)] == [120, 120, None]
    assert delay_after(19, limit=20) == 24 * 3600


def test_jitter_is_at_most_a_tenth() -> None:
    delays = [with_jitter(120) for _ in range(500)]
    assert 120 <= min(delays) < 122
    assert 130 < max(delays) <= 132


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("120", 120),
        (" 7 ", 7),
        ("9999999", 24 * 3600),
        ("Tue, 24 Nov 2026 03:05:00 GMT", 300),
        ("Tue, 24 Nov 2026 02:00:00 GMT", 0),
        ("soon", None),
        ("-5", None),
        ("Mon, 20 Nov 9999999999 12:00:00 +0000", None),
        ("Tue, 24 Nov 2026 03:05:00 +9999999999", None),
        ("Fri, 31 Dec 9999 23:59:59 -2359", 24 * 3600),
        ("", None),
    ],
)
def test_retry_after(header: str, seconds: float | None) -> None:
    assert retry_after(header, now=datetime(2026, 11, 24, 3, 0, tzinfo=UTC)) == seconds


@given(
    st.text()
    | st.from_regex(r"(Mon, )?\d{1,3} Nov \d{1,12} \d{1,3}:\d{1,3}(:\d{1,3})? ([+-]\d{1,12}|GMT|EST)", fullmatch=True)
)
def test_no_header_of_a_receiver_is_too_much(header: str) -> None:
    wait = retry_after(header)
    assert wait is None or 0 <= wait <= 24 * 3600


def test_five_failures_make_a_dead_letter(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    receiver.answer = reply(503)
    publish()
    waits = []
    for number in range(1, 6):
        assert process_pending_deliveries() == 1
        delivery = WebhookDelivery.objects.get()
        assert delivery.attempt_number == number
        if delivery.next_retry_at:
            waits.append(round((delivery.next_retry_at - delivery.updated_at).total_seconds() / 60, 1))
            assert process_pending_deliveries() == 0
            make_due(delivery)
    assert [wait for wait, base in zip(waits, (2, 4, 8, 16), strict=True) if not base <= wait <= base * 1.1] == []
    assert (delivery.status, delivery.next_retry_at, delivery.due_at) == ("failed", None, None)
    assert process_pending_deliveries() == 0
    assert [request.headers["x-webhook-attempt"] for request in receiver.requests] == ["1", "2", "3", "4", "5"]
    assert len({request.headers["webhook-id"] for request in receiver.requests}) == 1
    assert delivery.attempts.count() == 5


@pytest.mark.parametrize(
    ("answer", "error", "status"),
    [
        (reply(301, Location="/elsewhere"), "HTTP 301", 301),
        (reply(400), "HTTP 400", 400),
        (reply(500), "HTTP 500", 500),
        (reset, "connection_reset", None),
        (close, "empty_reply", None),
    ],
)
def test_what_fails(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, answer: Answer, error: str, status: int | None
) -> None:
    receiver.answer = answer
    publish()
    process_pending_deliveries()
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.response_status) == ("pending", status)
    assert delivery.last_error.startswith(error)


@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_what_succeeds(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, status: int) -> None:
    receiver.answer = reply(status)
    publish()
    process_pending_deliveries()
    assert WebhookDelivery.objects.get().status == "delivered"


def test_a_receiver_may_ask_for_more_time(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    receiver.answer = reply(429, Retry_After="3600")
    publish()
    process_pending_deliveries()
    delivery = WebhookDelivery.objects.get()
    assert delivery.next_retry_at is not None
    assert 3600 <= (delivery.next_retry_at - delivery.updated_at).total_seconds() <= 3960


def test_gone_switches_the_endpoint_off(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    receiver.answer = reply(410)
    publish()
    process_pending_deliveries()
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.disabled_reason) == (False, "The receiver answered 410 Gone.")
    assert WebhookDelivery.objects.get().status == "failed"


def fail_for_good(receiver: Receiver) -> WebhookDelivery:
    """Use up every attempt of the one delivery."""
    receiver.answer = reply(500)
    while process_pending_deliveries():
        make_due(WebhookDelivery.objects.get())
    return WebhookDelivery.objects.get()


def test_a_dead_letter_gets_one_more_attempt(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    publish()
    delivery = fail_for_good(receiver)
    path = f"/api/webhooks/{endpoint.id}/deliveries/{delivery.id}/retry"
    response = api(acme_key).post(path)
    assert response.status_code == 200
    assert response.json()["data"]["status"] == "pending"
    process_pending_deliveries()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempt_number) == ("failed", 6)
    receiver.answer = reply(200)
    api(acme_key).post(path)
    process_pending_deliveries()
    delivery.refresh_from_db()
    assert (delivery.status, delivery.attempt_number, delivery.last_error) == ("delivered", 7, "")
    refused = api(acme_key).post(path)
    assert (refused.status_code, refused.json()["code"]) == (409, "delivered_to_pending")


def test_a_stranger_retries_nothing(
    api: Api, globex_key: str, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    publish()
    delivery = fail_for_good(receiver)
    assert api(globex_key).post(f"/api/webhooks/{endpoint.id}/deliveries/{delivery.id}/retry").status_code == 404
    delivery.refresh_from_db()
    assert delivery.status == "failed"


def test_filters_of_the_log(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    publish()
    dead = fail_for_good(receiver)
    receiver.answer = reply(200)
    publish()
    process_pending_deliveries()
    path = f"/api/webhooks/{endpoint.id}/deliveries"
    client = api(acme_key)
    assert [row["id"] for row in client.get(path, {"status": "failed"}).json()["data"]] == [str(dead.id)]
    assert len(client.get(path, {"event": "lead.created"}).json()["data"]) == 2
    assert client.get(path, {"event": "lead.updated"}).json()["data"] == []
    assert client.get(path, {"createdBefore": dead.created_at.isoformat()}).json()["data"] == []
    assert client.get(path, {"status": "lost"}).status_code == 400
    assert [row["id"] for row in client.get("/api/webhooks/undelivered").json()["data"]] == [str(dead.id)]
    statistics = client.get(f"/api/webhooks/{endpoint.id}/statistics").json()["data"]
    assert (statistics["total"], statistics["delivered"], statistics["failed"]) == (2, 1, 1)
    assert (statistics["successRate"], statistics["failuresByCause"]) == (0.5, [{"cause": "http_500", "count": 5}])
