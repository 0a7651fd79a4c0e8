"""What an endpoint says of itself holds: requests at once, and requests a second."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable

import pytest

from events.models import EventType, PlatformEvent
from integrations.models import Integration
from tests.receivers import Received, Receiver, reply
from tests.webhooks.conftest import delivering, make_endpoint

Publish = Callable[..., PlatformEvent]
pytestmark = pytest.mark.django_db(transaction=True)
EVENTS = 12


class Crowd:
    """A slow answer that notes how many wait for it at once, and when each came."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.lock = threading.Lock()
        self.present = self.most = 0
        self.arrivals: list[float] = []

    def __call__(self, connection: socket.socket, request: Received) -> bool:
        with self.lock:
            self.present += 1
            self.most = max(self.most, self.present)
            self.arrivals.append(time.monotonic())
        time.sleep(self.seconds)
        with self.lock:
            self.present -= 1
        return reply(200)(connection, request)


def crowd_at(receiver: Receiver, publish: Publish, *, seconds: float) -> Crowd:
    """What the receiver saw of EVENTS events that were all due before the sender started."""
    crowd = Crowd(seconds)
    receiver.answer = crowd
    for _ in range(EVENTS):
        publish()
    with delivering():
        deadline = time.monotonic() + 20
        while len(crowd.arrivals) < EVENTS and time.monotonic() < deadline:
            time.sleep(0.02)
    assert len(crowd.arrivals) == EVENTS
    return crowd


@pytest.mark.parametrize("at_once", [1, 3])
def test_never_more_requests_at_once(
    integration: Integration, receiver: Receiver, lead_created: EventType, publish: Publish, at_once: int
) -> None:
    make_endpoint(integration, receiver.url, max_in_flight=at_once)
    assert crowd_at(receiver, publish, seconds=0.1).most == at_once


def test_never_more_requests_a_second(
    integration: Integration, receiver: Receiver, lead_created: EventType, publish: Publish
) -> None:
    make_endpoint(integration, receiver.url, max_per_second=5)
    arrivals = crowd_at(receiver, publish, seconds=0.0).arrivals
    for first in arrivals:
        within = [arrival for arrival in arrivals if first <= arrival < first + 1]
        assert len(within) <= 5 + 1, "a second's worth, and what came a moment early"
    assert (EVENTS - 6) / 5 < arrivals[-1] - arrivals[0] < 2 * EVENTS / 5


def test_without_limits_several_go_at_once(
    integration: Integration, receiver: Receiver, lead_created: EventType, publish: Publish
) -> None:
    make_endpoint(integration, receiver.url)
    assert crowd_at(receiver, publish, seconds=0.3).most > 3
