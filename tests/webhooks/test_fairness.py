"""Endpoints that hang cost the others nothing: measured, on real connections."""

from __future__ import annotations

import gc
import json
import os
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from statistics import median

import pytest

from events.models import EventType, PlatformEvent
from integrations.models import Integration
from tests.receivers import Received, Receiver, hang, reply
from tests.webhooks.conftest import make_endpoint
from tests.webhooks.senders import Senders, environment_of
from webhooks.models import WebhookAttempt, WebhookDelivery

Publish = Callable[..., PlatformEvent]
pytestmark = pytest.mark.django_db(transaction=True)

HEALTHY = NEIGHBOURS = 150  # eight requests to each hanging one would be more than a process has at once
EVENTS = 8
PAUSE_SECONDS = 0.25
# How long a receiver has to answer, round by round: in the last two those that hang run out of time, again and again.
DEADLINES = (15.0, 1.0, 1.0)
UNCHANGED = 1.25


@pytest.fixture
def _undisturbed() -> None:
    """No collection of what thousands of tests left: it stops the receivers of this process for half a second."""
    gc.collect()
    gc.freeze()


class Clock:
    """An answer that notes when each event came to each path."""

    def __init__(self) -> None:
        self.arrivals: list[tuple[int, float]] = []

    def __call__(self, connection: socket.socket, request: Received) -> bool:
        self.arrivals.append((json.loads(request.body)["data"]["number"], time.monotonic()))
        return reply(200)(connection, request)


@contextmanager
def delivery_process(deadline: float) -> Iterator[None]:
    """A real one, for as long as the block runs."""
    senders = Senders(environment_of(os.environ["REDIS_URL"]), count=1, deadline=deadline)
    try:
        senders.wait_until_ready()
        yield
    finally:
        assert senders.stop() == [0]


def p95_of(receiver: Receiver, publish: Publish) -> float:
    """Seconds from publishing to the healthy receivers, at the 95th percentile, of EVENTS events."""
    clock = Clock()
    receiver.answer = clock
    published = {}
    for number in range(EVENTS):
        published[number] = time.monotonic()
        publish(payload={"id": "lead_123", "email": "john@example.com", "status": "received", "number": number})
        time.sleep(PAUSE_SECONDS)
    deadline = time.monotonic() + 20
    while len(clock.arrivals) < EVENTS * HEALTHY and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(clock.arrivals) == EVENTS * HEALTHY
    waits = sorted(arrived - published[number] for number, arrived in clock.arrivals)
    return waits[int(len(waits) * 0.95)]


@pytest.mark.timeout(300)
@pytest.mark.usefixtures("_undisturbed")
def test_hanging_endpoints_do_not_delay_healthy_ones(
    integration: Integration, receiver: Receiver, lead_created: EventType, publish: Publish
) -> None:
    neighbour = Receiver()
    for number in range(HEALTHY):
        make_endpoint(integration, f"{receiver.url}/{number}")
    neighbours = [make_endpoint(integration, f"{neighbour.url}/{number}").pk for number in range(NEIGHBOURS)]
    answering: list[float] = []
    hanging: list[float] = []
    timeouts = []
    try:
        # The same work each time; in turns, since a busy machine is slower now and then.
        for deadline in DEADLINES:
            for answer, p95s in ((reply(200), answering), (hang, hanging)):
                neighbour.answer = answer
                with delivery_process(deadline):
                    p95s.append(p95_of(receiver, publish))
                timeouts.append(WebhookAttempt.objects.filter(error="timeout").count())
                WebhookDelivery.objects.filter(endpoint__in=neighbours).delete()
    finally:
        neighbour.stop()
    assert len(neighbour.requests) > 2 * len(DEADLINES) * NEIGHBOURS  # they were tried, and hung
    assert [count > NEIGHBOURS for count in timeouts] == [
        deadline == 1.0 and hung for deadline in DEADLINES for hung in (False, True)
    ]
    noise = max(answering) - min(answering)
    usual, beside = median(answering), median(hanging)
    assert beside <= UNCHANGED * usual + noise, f"p95 went from {usual:.3f} s to {beside:.3f} s: {answering}, {hanging}"
