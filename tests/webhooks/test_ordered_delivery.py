"""Endpoints that keep the order: the events of one entity one after another, those of different ones side by side."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
from collections import defaultdict
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from common.principal import SYSTEM
from events.models import PlatformEvent
from tests.receivers import Received, Receiver, reply
from tests.webhooks.conftest import delivering, eventually, make_due
from tests.webhooks.senders import Senders, environment_of
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries, retry_delivery
from webhooks.services.endpoints import update_webhook

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def ordered(endpoint: WebhookEndpoint) -> WebhookEndpoint:
    """Acme's endpoint, keeping the order."""
    endpoint.ordered = True
    endpoint.save(update_fields=["ordered"])
    return endpoint


def received(receiver: Receiver) -> list[str]:
    """Ids of the events that came, in the order in which they came."""
    return [request.headers["webhook-id"] for request in receiver.requests]


def of(event: PlatformEvent) -> WebhookDelivery:
    """The event's only delivery."""
    return WebhookDelivery.objects.get(event=event)


def test_the_next_waits_until_the_former_arrived(
    ordered: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    receiver.answer = reply(503)
    first, second, third = publish(), publish(), publish()
    other = publish(entity_id="lead_124")
    assert process_pending_deliveries() == 2
    assert set(received(receiver)) == {first.public_id, other.public_id}
    assert (of(second).attempt_number, of(second).due_at, of(second).status) == (0, None, "pending")
    receiver.answer = reply(200)
    receiver.requests.clear()
    make_due(of(first))
    assert process_pending_deliveries() == 3
    assert received(receiver) == [first.public_id, second.public_id, third.public_id]
    assert [of(event).status for event in (first, second, third, other)] == ["delivered"] * 3 + ["pending"]


def test_the_next_goes_when_the_former_is_given_up(
    ordered: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    receiver.answer = reply(503)
    first, second = publish(), publish()
    WebhookDelivery.objects.filter(event=first).update(attempt_limit=1)
    assert process_pending_deliveries() == 2
    assert received(receiver) == [first.public_id, second.public_id]
    assert [of(event).status for event in (first, second)] == ["failed", "pending"]


def test_a_dead_letter_waits_its_turn_when_it_is_tried_again(
    ordered: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    receiver.answer = reply(503)
    first, second = publish(), publish()
    WebhookDelivery.objects.filter(event=first).update(attempt_limit=1)
    process_pending_deliveries()
    retry_delivery(delivery=of(first), actor=SYSTEM)
    assert process_pending_deliveries() == 0
    receiver.answer = reply(200)
    receiver.requests.clear()
    make_due(of(second))
    assert process_pending_deliveries() == 2
    assert received(receiver) == [second.public_id, first.public_id]


def test_an_event_that_commits_late_still_waits(ordered: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    receiver.answer = reply(503)
    events: dict[str, PlatformEvent] = {}
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            events["early"] = publish()
            written.set()
            go_on.wait(10)
        connection.close()

    writer = threading.Thread(target=slow)
    writer.start()
    written.wait(10)
    late = publish()
    assert process_pending_deliveries() == 1  # the earlier event is not there yet
    go_on.set()
    writer.join()
    early = events["early"]
    assert early.id < late.id
    assert process_pending_deliveries() == 0  # what is under way is settled first
    receiver.answer = reply(200)
    receiver.requests.clear()
    make_due(of(late))
    assert process_pending_deliveries() == 2
    assert received(receiver) == [late.public_id, early.public_id]


def test_publishers_do_not_wait_for_each_other(ordered: WebhookEndpoint, publish: Publish) -> None:
    """Two transactions that publish for the same two entities, the other way round: locks would deadlock."""
    both = threading.Barrier(2)
    done: list[bool] = []

    def publish_two(one: str, other: str) -> None:
        with transaction.atomic():
            publish(entity_id=one)
            both.wait(10)
            publish(entity_id=other)
            both.wait(10)
        done.append(True)
        connection.close()

    threads = [threading.Thread(target=publish_two, args=pair) for pair in (("a", "b"), ("b", "a"))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert done == [True, True]
    assert WebhookDelivery.objects.filter(order_key__isnull=False, due_at=None).count() == 4


def test_what_waits_keeps_its_order_through_a_switch(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    first, second = publish(), publish()
    update_webhook(webhook=endpoint, ordered=True, actor=SYSTEM)
    third = publish()
    assert not WebhookDelivery.objects.exclude(due_at=None).exists()
    assert process_pending_deliveries() == 3
    assert received(receiver) == [event.public_id for event in (first, second, third)]
    publish(), publish()
    update_webhook(webhook=endpoint, ordered=False, actor=SYSTEM)
    assert WebhookDelivery.objects.pending().filter(order_key=None, due_at__isnull=False).count() == 2
    assert process_pending_deliveries() == 2


def test_what_was_held_while_it_was_off_comes_in_order(
    ordered: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    WebhookEndpoint.objects.update(active=False, disabled_reason="It failed too long.")
    events = [publish() for _ in range(3)]
    assert process_pending_deliveries() == 0
    update_webhook(webhook=ordered, active=True, actor=SYSTEM)
    assert process_pending_deliveries() == 3
    assert received(receiver) == [event.public_id for event in events]


def test_a_running_process_sends_at_once(ordered: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    with delivering():
        for _ in range(5):
            publish()
        started = time.monotonic()
        receiver.wait(5)
        assert time.monotonic() - started < 2.0
        eventually(lambda: not WebhookDelivery.objects.pending().exists())
    assert received(receiver) == sorted(received(receiver))


class Overlaps:
    """An answer that takes a moment and notes how many requests of one entity, and of all, were open at once."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.open: dict[str, int] = defaultdict(int)
        self.per_entity = self.overall = 0

    def __call__(self, connection: socket.socket, request: Received) -> bool:
        entity = json.loads(request.body)["data"]["id"]
        with self.lock:
            self.open[entity] += 1
            self.per_entity = max(self.per_entity, self.open[entity])
            self.overall = max(self.overall, sum(self.open.values()))
        time.sleep(0.01)
        with self.lock:
            self.open[entity] -= 1
        return reply(200)(connection, request)


def test_two_processes_keep_the_order(ordered: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    answer = Overlaps()
    receiver.answer = answer
    senders = Senders(environment_of(os.environ["REDIS_URL"]), count=2)
    try:
        senders.wait_until_ready()
        sent: dict[str, list[str]] = defaultdict(list)
        for number in range(120):
            entity = f"lead_{number % 6}"
            payload = {"id": entity, "email": "john@example.com", "status": str(number)}
            sent[entity].append(publish(entity_id=entity, payload=payload).public_id)
        eventually(lambda: not WebhookDelivery.objects.pending().exists(), 30)
    finally:
        assert senders.stop() == [0, 0]
    came: dict[str, list[str]] = defaultdict(list)
    for request in receiver.requests:
        came[json.loads(request.body)["data"]["id"]].append(request.headers["webhook-id"])
    assert came == sent
    assert (answer.per_entity, answer.overall > 1) == (1, True)


def test_the_flag_over_http(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    client = api(acme_key)
    assert client.get(f"/api/webhooks/{endpoint.id}").data["ordered"] is False
    assert client.patch(f"/api/webhooks/{endpoint.id}", {"ordered": True}).data["ordered"] is True
    assert client.patch(f"/api/webhooks/{endpoint.id}", {"ordered": "perhaps"}).status_code == 400
    endpoint.refresh_from_db()
    assert endpoint.ordered is True
