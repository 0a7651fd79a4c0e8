"""Wake-ups help; nothing depends on them."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.db import transaction
from pytest_django import Settings

from authn import valkey
from events.models import PlatformEvent
from tests.authn.conftest import forget_connections
from tests.receivers import Receiver
from tests.webhooks.conftest import delivering
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.wakeups import Listener, send_wake_up

pytestmark = pytest.mark.django_db(transaction=True)

Publish = Callable[..., PlatformEvent]


@pytest.fixture(autouse=True)
def _connections() -> Iterator[None]:
    """What one test does to the process's connection is not the next one's."""
    forget_connections()
    yield
    forget_connections()


def test_a_valkey_that_is_gone_delays_nobody(
    endpoint: WebhookEndpoint, publish: Publish, settings: Settings, tmp_path: Path
) -> None:
    settings.REDIS_URL = f"unix://{tmp_path}/gone.sock"
    send_wake_up()
    started = time.monotonic()
    publish()
    assert time.monotonic() - started < 1
    assert WebhookDelivery.objects.count() == 1


def test_a_valkey_that_hangs_costs_a_moment_once(settings: Settings, tmp_path: Path) -> None:
    path = str(tmp_path / "silent.sock")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(path)
        listener.listen()
        settings.REDIS_URL = f"unix://{path}"
        started = time.monotonic()
        send_wake_up()
        first = time.monotonic() - started
        for _ in range(100):
            send_wake_up()
        assert first < 1.5
        assert time.monotonic() - started < first + valkey.PAUSE_SECONDS / 2


def test_without_wake_ups_it_arrives_within_the_poll(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    with delivering():
        valkey.Outage.until = time.monotonic() + 60
        publish()
        receiver.wait(1, 10)


def test_a_wake_up_gets_through(endpoint: WebhookEndpoint, publish: Publish) -> None:
    woken = threading.Event()
    listener = Listener(woken.set)
    listener.start()
    assert woken.wait(5)  # it listens
    woken.clear()
    publish()
    assert woken.wait(5)
    listener.stop()
    listener.join(5)
    assert not listener.is_alive()


def test_a_transaction_wakes_once(endpoint: WebhookEndpoint, publish: Publish) -> None:
    with transaction.atomic():
        for _ in range(5):
            publish()
        hooks = [hook for _, hook, _ in transaction.get_connection().run_on_commit if hook is send_wake_up]
    assert len(hooks) == 1
