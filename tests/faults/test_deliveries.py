"""Nothing is lost and little is repeated while delivery processes, the scheduler, Valkey and connections die."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.db.models import Sum
from pytest_django import Settings

from config.environment import ROOT
from config.services import EmbeddedValkey
from events.models import PlatformEvent
from tests.authn.conftest import forget_connections
from tests.receivers import Receiver
from tests.webhooks.conftest import endpoint, integration, lead_created, publish, receiver
from tests.webhooks.senders import LEASE, PROCESSES, Senders, environment_of
from webhooks.engine.limits import LARGEST_WINDOW
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

__all__ = ["endpoint", "integration", "lead_created", "publish", "receiver"]  # fixtures
pytestmark = [pytest.mark.faults, pytest.mark.timeout(300), pytest.mark.django_db(transaction=True)]

EVENTS = 10_000  # that are committed
PER_TRANSACTION = 20
ROLLED_BACK = 11  # every so-many-th transaction, besides
PUBLISHERS = 3  # threads
RECOVERY = 1.0  # what was left behind is sent this long after its lease ends, or after a process is there to send it
DRAIN = 60.0  # for the backlog
DRAIN_REST = 5.0  # for the last tenth of it
dice = random.Random()  # noqa: S311 (keeps no secret)

Publish = Callable[..., PlatformEvent]


@pytest.fixture
def valkey(tmp_path: Path, settings: Settings) -> Iterator[EmbeddedValkey]:
    """A Valkey of this test's own, to be killed."""
    service = EmbeddedValkey(tmp_path)
    settings.REDIS_URL = service.start()
    forget_connections()
    yield service
    service.stop()
    forget_connections()


class Scheduler:
    """A running `manage.py schedule`, killed and started again."""

    def __init__(self, environment: dict[str, str]) -> None:
        self.environment = environment
        self.start()

    def start(self) -> None:
        command = [sys.executable, str(ROOT / "manage.py"), "schedule"]
        self.process = subprocess.Popen(
            command, env=self.environment, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()


def end_connections() -> int:
    """End the senders' connections to PostgreSQL, by what each last did; how many there were."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            " AND query ~ 'WITH RECURSIVE heads|e.id BETWEEN|json_to_recordset'"
        )
        return int(cursor.rowcount)


def cause_havoc(
    senders: Senders, scheduler: Scheduler, valkey: EmbeddedValkey, over: threading.Event, victims: Counter[str]
) -> None:
    """Every 1 to 3 seconds: kill a process, and now and then the scheduler, Valkey or the senders' connections."""
    turn = 0
    while not over.wait(dice.uniform(1, 3)):
        turn += 1
        victims["sender"] += senders.kill_one()
        if turn % 3 == 1:
            victims["connection"] += end_connections()
        if turn % 4 == 2:
            assert valkey.process is not None
            valkey.process.kill()
            valkey.process.wait()
            valkey.start()
            victims["valkey"] += 1
        if turn % 4 == 3:
            scheduler.kill()
            scheduler.start()
            victims["scheduler"] += 1
    connections.close_all()


@contextmanager
def havoc(senders: Senders, valkey: EmbeddedValkey) -> Iterator[Counter[str]]:
    """Havoc until the end of the block; yields how many of each were killed."""
    over, victims = threading.Event(), Counter[str]()
    scheduler = Scheduler(senders.environment)
    thread = threading.Thread(target=cause_havoc, args=(senders, scheduler, valkey, over, victims))
    thread.start()
    try:
        yield victims
    finally:
        over.set()
        thread.join()
        scheduler.kill()


def publish_all(publish: Publish) -> tuple[set[str], set[str]]:
    """EVENTS events in transactions, besides those that are rolled back; the ids of these and of those."""
    transactions = EVENTS // PER_TRANSACTION * ROLLED_BACK // (ROLLED_BACK - 1)

    def publish_some(first: int) -> list[tuple[bool, set[str]]]:
        done = []
        for number in range(first, transactions, PUBLISHERS):
            commits = number % ROLLED_BACK > 0
            with transaction.atomic():
                ids = {publish(entity_id=f"{number}-{index}").public_id for index in range(PER_TRANSACTION)}
                transaction.set_rollback(not commits)
            done.append((commits, ids))
        connections.close_all()
        return done

    with ThreadPoolExecutor(PUBLISHERS) as threads:
        done = [row for rows in threads.map(publish_some, range(PUBLISHERS)) for row in rows]
    committed, undone = ({key for commits, ids in done if commits is wanted for key in ids} for wanted in (True, False))
    assert len(committed) == EVENTS
    return committed, undone


def test_ten_thousand_events_through_kills(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, valkey: EmbeddedValkey
) -> None:
    with Senders(environment_of(valkey.url)) as senders:
        senders.wait_until_ready()
        with havoc(senders, valkey) as victims:
            committed, undone = publish_all(publish)
            deadline = time.monotonic() + DRAIN
            while WebhookDelivery.objects.pending().count() > EVENTS // 10 and time.monotonic() < deadline:
                time.sleep(0.2)
        senders.wait_until_ready()
        deadline = time.monotonic() + LEASE + RECOVERY + DRAIN_REST
        while WebhookDelivery.objects.pending().exists():
            assert time.monotonic() < deadline, "leases outlive the processes that held them"
            time.sleep(0.05)
        assert senders.stop() == [0] * PROCESSES
    received = Counter(request.headers["webhook-id"] for request in receiver.requests)
    assert not received.keys() & undone
    assert received.keys() == committed
    assert WebhookDelivery.objects.filter(status="delivered").count() == EVENTS
    assert all(victims[victim] for victim in ("sender", "connection", "valkey", "scheduler")), victims
    # What a sender had under way when it died is sent again, and nothing else is: one endpoint's window at most.
    assert received.total() - EVENTS <= victims["sender"] * LARGEST_WINDOW
    interrupted = WebhookDelivery.objects.aggregate(claims=Sum("attempt_number"))["claims"] - EVENTS
    assert received.total() - EVENTS <= interrupted


class Failing:
    """A delivery process that will die at `point`, waiting to be let go."""

    def __init__(self, point: str, environment: dict[str, str]) -> None:
        self.point = point
        script = str(Path(__file__).with_name("failing_deliver.py"))
        self.process = subprocess.Popen(
            [sys.executable, script, point], env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def die_of(self, event: PlatformEvent) -> WebhookDelivery:
        """Let it deliver `event`; what is left of the delivery once it is dead."""
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"ready\n"
        self.process.communicate(b"go\n", timeout=30)
        assert self.process.returncode == -signal.SIGKILL
        return WebhookDelivery.objects.get(event=event)


def test_dying_at_the_worst_moments(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, valkey: EmbeddedValkey, settings: Settings
) -> None:
    settings.WEBHOOK_MAX_RETRIES = 1  # worst of all: the attempt it dies in is the last
    environment = environment_of(valkey.url)
    points = {"after_claim": 0, "after_send": 1, "after_finish": 1}  # how often each sends what it dies of
    failing = [Failing(point, environment) for point in points]
    left = {process.point: process.die_of(publish()) for process in failing}
    sent = Counter(request.headers["webhook-id"] for request in receiver.requests)
    assert {point: sent[delivery.event.public_id] for point, delivery in left.items()} == points
    with Senders(environment, count=1) as senders:
        ready = senders.wait_until_ready()
        deadline = time.monotonic() + LEASE + RECOVERY
        while WebhookDelivery.objects.pending().exists() and time.monotonic() < deadline:
            time.sleep(0.02)
        assert senders.stop() == [0]
    sent = Counter(request.headers["webhook-id"] for request in receiver.requests)
    for point, before in left.items():
        delivery = WebhookDelivery.objects.get(pk=before.pk)
        # What had been finished is not sent again; the rest is, once.
        repeated = 0 if point == "after_finish" else 1
        assert sent[delivery.event.public_id] == points[point] + repeated
        assert (delivery.status, delivery.attempt_number) == ("delivered", 1 + repeated)
        if repeated:
            assert before.leased_until is not None
            again = WebhookAttempt.objects.get(delivery=delivery).started_at
            assert before.leased_until <= again < max(before.leased_until, ready) + timedelta(seconds=RECOVERY)
