"""Nothing is lost and little is repeated while delivery processes, Valkey and database connections die."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone
from pytest_django import Settings

from config.environment import ROOT
from config.services import EmbeddedValkey
from events.models import EventType, PlatformEvent
from integrations.models import Integration
from tests.receivers import Receiver
from tests.webhooks.conftest import endpoint, integration, lead_created, make_endpoint, publish, receiver
from webhooks.engine.process import LEASE_MARGIN_SECONDS
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.wakeups import waker

__all__ = ["endpoint", "integration", "lead_created", "publish", "receiver"]  # fixtures
pytestmark = [pytest.mark.faults, pytest.mark.timeout(120), pytest.mark.django_db(transaction=True)]

ENDPOINTS = 4
EVENTS = 2_500  # 10,000 deliveries
PER_TRANSACTION = 20
PROCESSES = 3
DEADLINE = 2.0
LEASE = DEADLINE + LEASE_MARGIN_SECONDS
RECOVERY = 1.0  # what was left behind is sent this long after its lease ends, or after a process is there to send it
START_UP = 30.0  # for Django's imports, which are not what is measured; two seconds on an idle machine
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


def environment_of(valkey_url: str) -> dict[str, str]:
    """The environment of a process that works on the test database."""
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    return {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": valkey_url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONWARNINGS": "ignore",
    }


class Senders:
    """Delivery processes, killed and started again."""

    def __init__(self, environment: dict[str, str], *, count: int = PROCESSES) -> None:
        self.environment = environment
        self.ready: dict[int, datetime] = {}
        self.processes = [self.start() for _ in range(count)]

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "manage.py"), "deliver", "--deadline", str(DEADLINE)]
        process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE)
        threading.Thread(target=self.watch, args=(process,), daemon=True).start()
        return process

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Note when a process is at work: one that is still starting up is not worth killing."""
        assert process.stdout is not None
        with process.stdout as output:
            if output.readline():
                self.ready[process.pid] = timezone.now()
            output.read()

    def kill_one(self) -> None:
        """Kill -9 one that is at work, and start another in its place."""
        working = [index for index, process in enumerate(self.processes) if process.pid in self.ready]
        if working:
            index = dice.choice(working)
            self.processes[index].kill()
            self.processes[index].wait()
            self.processes[index] = self.start()

    def wait_until_ready(self) -> datetime:
        """Since when all of them are at work."""
        deadline = time.monotonic() + START_UP
        pids = {process.pid for process in self.processes}
        while not self.ready.keys() >= pids:
            assert time.monotonic() < deadline, "a delivery process does not start"
            time.sleep(0.02)
        return max(self.ready[pid] for pid in pids)

    def stop(self) -> list[int]:
        """SIGTERM; the exit codes."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        return [process.wait(30) for process in self.processes]


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
