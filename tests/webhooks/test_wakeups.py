"""Wake-ups help; nothing depends on them."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from events.models import PlatformEvent
from tests.receivers import Receiver
from tests.webhooks.conftest import delivering
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.wakeups import PAUSE_SECONDS, Waker, send_wake_up, waker

pytestmark = pytest.mark.django_db(transaction=True)

Publish = Callable[..., PlatformEvent]


@pytest.fixture
def fresh() -> Iterator[Waker]:
    """The process's waker without a connection."""
    waker.client, waker.paused_until = None, 0.0
    yield waker
    waker.client, waker.paused_until = None, 0.0


def test_a_valkey_that_is_gone_delays_nobody(
    endpoint: WebhookEndpoint, publish: Publish, fresh: Waker, settings: Settings, tmp_path: Path
) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/gone.sock"
    fresh.publish()
    started = time.monotonic()
    publish()
    assert time.monotonic() - started < 1
    assert WebhookDelivery.objects.count() == 1


def test_a_valkey_that_hangs_costs_a_moment_once(fresh: Waker, settings: Settings, tmp_path: Path) -> None:
    path = str(tmp_path / "silent.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        settings.REDIS_URL = f"unix://{path}"
        started = time.monotonic()
        fresh.publish()
        first = time.monotonic() - started
        for _ in range(100):
            fresh.publish()
        assert first < 1.5
        assert time.monotonic() - started < first + PAUSE_SECONDS / 2


def test_without_wake_ups_it_arrives_within_the_poll(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, fresh: Waker
) -> None:
    fresh.paused_until = time.monotonic() + 60
    with delivering():
        publish()
        receiver.wait(1, 10)


def test_a_transaction_wakes_once(endpoint: WebhookEndpoint, publish: Publish) -> None:
    with transaction.atomic():
        for _ in range(5):
            publish()
        hooks = [hook for _, hook, _ in transaction.get_connection().run_on_commit if hook is send_wake_up]
    assert len(hooks) == 1
