"""The delivery process, on real connections."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import pytest

from events.models import PlatformEvent
from tests.receivers import Receiver, hang, reply
from tests.webhooks.conftest import LEAD, delivering, eventually, make_endpoint
from webhooks.engine import process as engine_process
from webhooks.engine.messages import Claim
from webhooks.engine.process import DeliveryProcess
from webhooks.models import WebhookDelivery, WebhookEndpoint

pytestmark = pytest.mark.django_db(transaction=True)

Publish = Callable[..., PlatformEvent]


def test_an_event_arrives_signed(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    with delivering():
        event = publish()
        request = receiver.wait(1)[0]
        eventually(lambda: WebhookDelivery.objects.get().status == "delivered")
    body = json.loads(request.body)
    assert list(body) == ["id", "event", "timestamp", "data", "signature"]
    assert body["id"] == event.public_id == request.headers["x-webhook-id"] == request.headers["webhook-id"]
    assert body["data"] == LEAD
    assert request.headers["x-webhook-attempt"] == "1"
    assert request.headers["x-webhook-signature"] == body["signature"]
    delivery = WebhookDelivery.objects.get()
    assert (delivery.attempt_number, delivery.response_status, delivery.due_at, delivery.lease_token) == (
        1,
        200,
        None,
        None,
    )
    attempt = delivery.attempts.get()
    assert (attempt.succeeded, attempt.response_status, attempt.request_url) == (True, 200, receiver.url)
    assert attempt.signature == body["signature"]


def test_a_failure_waits_two_minutes(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    receiver.answer = reply(500, b"broken")
    with delivering():
        publish()
        eventually(lambda: WebhookDelivery.objects.get().response_status == 500)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempt_number, delivery.last_error) == ("pending", 1, "HTTP 500")
    assert delivery.next_retry_at is not None
    wait = (delivery.next_retry_at - delivery.updated_at).total_seconds()
    assert 119 <= wait <= 133
    assert delivery.attempts.get().response_body == "broken"
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None


def test_many_events_arrive_once_each(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    with delivering():
        sent = {publish(entity_id=f"lead_{number}").public_id for number in range(300)}
        requests = receiver.wait(300, 20)
        eventually(lambda: not WebhookDelivery.objects.pending().exists())
    assert len(requests) == 300
    assert {request.headers["webhook-id"] for request in requests} == sent
    assert receiver.connections <= 64


def test_nothing_is_claimed_while_enough_waits_to_be_sent(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(engine_process, "CLAIM_BELOW", 3)
    monkeypatch.setattr(engine_process, "SENT_AT_ONCE", 1)
    for number in range(120):
        publish(entity_id=f"lead_{number}")
    waiting: list[int] = []
    with delivering() as process:
        claim = process.dispatcher.claim

        def observed() -> list[Claim]:
            waiting.append(len(process.to_send))
            return claim()

        monkeypatch.setattr(process.dispatcher, "claim", observed)
        receiver.wait(120, 20)
        eventually(lambda: not WebhookDelivery.objects.pending().exists())
    assert len(waiting) >= 3  # the first one takes eight
    assert max(waiting) <= 3


def test_it_stops_while_receivers_hang(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    receiver.answer = hang
    publish()
    with delivering():
        receiver.wait(1)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempt_number, delivery.lease_token) == ("pending", 0, None)


def test_a_delivery_that_cannot_be_sent_is_none_of_the_others_business(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    # What no door lets in: it came some other way, and libcurl takes no such header.
    unsendable = make_endpoint(endpoint.integration, f"{receiver.url}2", custom_headers={"X-Token": "ü"})
    with delivering():
        publish()
        receiver.wait(1)
        eventually(lambda: not WebhookDelivery.objects.filter(response_status=None, last_error="").exists())
    good, bad = (WebhookDelivery.objects.get(endpoint=one) for one in (endpoint, unsendable))
    assert (good.status, good.attempt_number) == ("delivered", 1)
    assert (bad.status, bad.attempt_number, bad.lease_token) == ("pending", 1, None)
    assert bad.last_error.startswith("unsendable: UnicodeEncodeError(")
    assert bad.next_retry_at is not None
    assert bad.attempts.get().error == "unsendable"


def test_what_ends_the_sending_ends_the_process(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    publish()
    process = DeliveryProcess()
    process.sender.poll.close()  # as if the system took it away
    with pytest.raises(ValueError, match="closed epoll"):
        process.run()
    assert not [thread for thread in threading.enumerate() if thread.name in {"claim_due", "record_answers"}]
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempt_number, delivery.lease_token) == ("pending", 0, None)


def test_a_signal_may_come_while_the_main_thread_sets_an_event() -> None:
    process = DeliveryProcess()
    # The locks that a handler must not wait for.
    with process.answered._cond, process.due._cond:  # type: ignore[attr-defined]  # noqa: SLF001 (no public name)
        process.stop()
    process.run()
    assert process.stopped.is_set()
    process.stop()  # once more, when all is over
