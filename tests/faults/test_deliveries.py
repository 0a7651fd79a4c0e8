"""Nothing is lost and little is repeated while delivery processes, Valkey and database connections die."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections, transaction
from pytest_django import Settings

from config.services import EmbeddedValkey
from events.models import EventType, PlatformEvent
from integrations.models import Integration
from tests.receivers import Receiver
from tests.webhooks.conftest import endpoint, integration, lead_created, make_endpoint, publish, receiver
from tests.webhooks.senders import LEASE, PROCESSES, Senders, environment_of
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.wakeups import waker

__all__ = ["endpoint", "integration", "lead_created", "publish", "receiver"]  # fixtures
pytestmark = [pytest.mark.faults, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

ENDPOINTS = 4
EVENTS = 2_500  # 10,000 deliveries
PER_TRANSACTION = 20
RECOVERY = 1.0  # what was left behind is sent this long after its lease ends, or after a process is there to send it
DRAIN = 60.0  # for the backlog of EVENTS
DRAIN_REST = 5.0  # for the last tenth of it
dice = random.Random()  # noqa: S311 (keeps no secret)

Publish = Callable[..., PlatformEvent]


@pytest.fixture
def valkey(tmp_path: Path, settings: Settings) -> Iterator[EmbeddedValkey]:
    """A Valkey of this test's own, to be killed."""
    service = EmbeddedValkey(tmp_path)
    settings.REDIS_URL = service.start()
    waker.client, waker.paused_until = None, 0.0
    yield service
    service.stop()
    waker.client, waker.paused_until = None, 0.0


def leased() -> int:
    """Deliveries that some process is sending."""
    return WebhookDelivery.objects.filter(lease_token__isnull=False, status="pending").count()


def cause_havoc(senders: Senders, valkey: EmbeddedValkey, over: threading.Event, in_flight: list[int]) -> None:
    """Every 1 to 3 seconds: kill a process, and now and then Valkey or the senders' database connections."""
    turn = 0
    while not over.wait(dice.uniform(1, 3)):
        turn += 1
        in_flight.append(leased())
        senders.kill_one()
        if turn % 3 == 1:
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid() AND query LIKE 'WITH r%%'"
                )
        if turn % 4 == 2:
            assert valkey.process is not None
            valkey.process.kill()
            valkey.process.wait()
            valkey.start()
    connections.close_all()


def publish_all(publish: Publish) -> tuple[set[str], set[str]]:
    """EVENTS events in transactions of PER_TRANSACTION, every tenth rolled back; ids committed and rolled back."""
    committed: set[str] = set()
    undone: set[str] = set()
    for number in range(EVENTS // PER_TRANSACTION):
        with transaction.atomic():
            ids = {publish(entity_id=f"{number}-{index}").public_id for index in range(PER_TRANSACTION)}
            if number % 10 == 9:
                transaction.set_rollback(True)
        (undone if number % 10 == 9 else committed).update(ids)
    return committed, undone


def test_ten_thousand_deliveries_through_kills(
    integration: Integration, receiver: Receiver, lead_created: EventType, publish: Publish, valkey: EmbeddedValkey
) -> None:
    endpoints = [make_endpoint(integration, f"{receiver.url}/{number}") for number in range(ENDPOINTS)]
    senders = Senders(environment_of(valkey.url))
    over, in_flight = threading.Event(), [0]
    havoc = threading.Thread(target=cause_havoc, args=(senders, valkey, over, in_flight))
    havoc.start()
    try:
        committed, undone = publish_all(publish)
        deadline = time.monotonic() + DRAIN
        while WebhookDelivery.objects.pending().count() > EVENTS // 10 * ENDPOINTS and time.monotonic() < deadline:
            time.sleep(0.2)
    finally:
        over.set()
        havoc.join()
    senders.wait_until_ready()
    deadline = time.monotonic() + LEASE + RECOVERY + DRAIN_REST
    while WebhookDelivery.objects.pending().exists():
        assert time.monotonic() < deadline, "leases outlive the processes that held them"
        time.sleep(0.05)
    assert senders.stop() == [0] * PROCESSES
    received = Counter((request.headers["webhook-id"], request.path) for request in receiver.requests)
    paths = [urlsplit(endpoint.endpoint_url).path for endpoint in endpoints]
    assert set(received) == {(event, path) for event in committed for path in paths}
    assert not {event for event, _ in received} & undone
    assert WebhookDelivery.objects.filter(status="delivered").count() == len(committed) * ENDPOINTS
    duplicates = sum(received.values()) - len(received)
    assert duplicates <= sum(in_flight)


@pytest.mark.parametrize(("point", "sent_before"), [("after_claim", 0), ("after_send", 1), ("after_finish", 1)])
def test_dying_at_the_worst_moment(
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    publish: Publish,
    valkey: EmbeddedValkey,
    point: str,
    sent_before: int,
) -> None:
    environment = environment_of(valkey.url)
    script = str(Path(__file__).with_name("failing_deliver.py"))
    failing = subprocess.Popen([sys.executable, script, point], env=environment, stdout=subprocess.PIPE)
    assert failing.stdout is not None
    assert failing.stdout.readline() == b"ready\n"
    publish()
    assert failing.wait(30) == -signal.SIGKILL
    failing.stdout.close()
    assert len(receiver.requests) == sent_before
    left = WebhookDelivery.objects.get()
    senders = Senders(environment, count=1)
    ready = senders.wait_until_ready()
    deadline = time.monotonic() + LEASE + RECOVERY
    while WebhookDelivery.objects.pending().exists() and time.monotonic() < deadline:
        time.sleep(0.02)
    assert senders.stop() == [0]
    delivery = WebhookDelivery.objects.get()
    assert delivery.status == "delivered"
    # What had been finished is not sent again; the rest is, once.
    repeated = 0 if point == "after_finish" else 1
    assert (len(receiver.requests), delivery.attempt_number) == (sent_before + repeated, 1 + repeated)
    if repeated:
        assert left.leased_until is not None
        sent = WebhookAttempt.objects.get().started_at
        assert left.leased_until <= sent < max(left.leased_until, ready) + timedelta(seconds=RECOVERY)
