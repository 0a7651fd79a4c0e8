"""An endpoint that fails is left alone for a while, and what waits for it loses no attempt."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest

from events.models import PlatformEvent
from tests.receivers import Answer, Receiver, reply
from webhooks.engine.limits import FAILURES_TO_OPEN, FIRST_PAUSE, FIRST_WINDOW, LONGEST_WISH, Limits
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries

Publish = Callable[..., PlatformEvent]
EVENTS = 40


@pytest.mark.parametrize(
    ("answer", "most"),
    [(reply(500), FAILURES_TO_OPEN + FIRST_WINDOW), (reply(429, Retry_After="60"), FIRST_WINDOW)],
    ids=["an open circuit", "asked to wait"],
)
def test_what_is_not_sent_loses_no_attempt(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, answer: Answer, most: int
) -> None:
    receiver.answer = answer
    for _ in range(EVENTS):
        publish()
    sent = process_pending_deliveries()
    assert 0 < sent == len(receiver.requests) <= most < EVENTS
    assert WebhookDelivery.objects.filter(attempt_number=1).count() == sent
    untouched = WebhookDelivery.objects.filter(attempt_number=0, status="pending", due_at__isnull=False)
    assert untouched.count() == EVENTS - sent


def test_a_circuit_lets_one_probe_through_and_closes_with_a_success() -> None:
    limits, endpoint, now = Limits(), uuid.uuid4(), 1000.0

    def room(moment: float) -> int:
        return limits.rooms(moment)[endpoint]

    for _ in range(FAILURES_TO_OPEN):
        limits.started(endpoint, now)
        limits.failed(endpoint, now)
    assert room(now + FIRST_PAUSE - 0.01) == 0
    assert room(now + FIRST_PAUSE) == 1
    limits.started(endpoint, now + FIRST_PAUSE)
    assert room(now + FIRST_PAUSE) == 0
    limits.failed(endpoint, now + FIRST_PAUSE)
    assert room(now + 3 * FIRST_PAUSE - 0.01) == 0  # each pause is twice as long
    limits.started(endpoint, now + 3 * FIRST_PAUSE)
    limits.succeeded(endpoint, now + 3 * FIRST_PAUSE)
    assert room(now + 3 * FIRST_PAUSE) > 1


@pytest.mark.parametrize(
    ("wishes", "seconds"),
    [([30], 30), ([3600], 3600), ([86400], LONGEST_WISH), ([60, 1], 60), ([1, 60], 60)],
)
def test_a_receiver_that_asks_for_time_is_left_alone_for_as_long(wishes: list[float], seconds: float) -> None:
    limits, endpoint, now = Limits(), uuid.uuid4(), 1000.0
    for _ in wishes:
        limits.started(endpoint, now)
    for wish in wishes:
        limits.failed(endpoint, now, pause=wish)
    assert limits.rooms(now + seconds - 0.01)[endpoint] == 0
    assert limits.rooms(now + seconds)[endpoint] > 0


def test_asking_for_no_time_at_all_keeps_no_circuit_closed() -> None:
    limits, endpoint, now = Limits(), uuid.uuid4(), 1000.0
    for _ in range(FAILURES_TO_OPEN):
        limits.started(endpoint, now)
        limits.failed(endpoint, now, pause=0.0)
    assert limits.rooms(now + FIRST_PAUSE - 0.01)[endpoint] == 0
