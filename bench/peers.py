"""Deliveries per second of what others use: one task per delivery with Dramatiq or Celery, and django-webhook."""

from __future__ import annotations

import contextlib
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from typing import Any

import psycopg

from bench.delivery_world import add_backlog, clear, execute
from bench.servers import ROOT, move

TIMEOUT = 300.0
DRAMATIQ = ["-m", "dramatiq", "bench.dramatiq_peer", "-p", "1", "-t", "8"]
CELERY = ["-m", "celery", "-A", "bench.celery_peer", "worker", "-P", "threads", "-c", "8", "-l", "ERROR"]
DJANGO_WEBHOOK = ["-m", "celery", "-A", "bench.django_webhook_peer", "worker", "-l", "ERROR"]


@contextlib.contextmanager
def worker(arguments: Sequence[str], cpus: set[int] | None = None) -> Iterator[None]:
    """A peer's worker process, and what it starts, on these CPUs alone."""
    command = [sys.executable, "-W", "ignore", *arguments]
    child = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if cpus:
        move(cpus, [child.pid])
    try:
        yield
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()


def speed(arguments: Sequence[str], count: int, settled: Callable[[], int], cpus: set[int]) -> float:
    """Deliveries/s of a worker that works off `count`; imports and first connections are not counted."""
    deadline = time.monotonic() + TIMEOUT
    first, started = 0, 0.0
    with worker(arguments, cpus):
        while (done := settled()) < count:
            assert time.monotonic() < deadline, f"{arguments}: {done} of {count}"
            if not first and done >= count // 10:
                first, started = done, time.perf_counter()
            time.sleep(0.02)
        return (count - first) / (time.perf_counter() - started)


def settled_deliveries() -> int:
    return int(execute("SELECT count(*) FROM webhooks_webhookdelivery WHERE status = 'delivered'")[0][0])


def delivery_ids(event: Any, count: int) -> list[str]:
    """A backlog for a peer."""
    clear()
    add_backlog(count, event)
    execute("VACUUM ANALYZE webhooks_webhookdelivery")
    return [str(row[0]) for row in execute("SELECT id FROM webhooks_webhookdelivery")]


def dramatiq(event: Any, count: int, cpus: set[int]) -> float:
    """One Dramatiq process with 8 threads."""
    from bench.dramatiq_peer import deliver

    for key in delivery_ids(event, count):
        deliver.send(key)
    return speed(DRAMATIQ, count, settled_deliveries, cpus)


def celery(event: Any, count: int, cpus: set[int]) -> float:
    """One Celery process with 8 threads."""
    from bench.celery_peer import deliver

    for key in delivery_ids(event, count):
        deliver.delay(key)
    return speed(CELERY, count, settled_deliveries, cpus)


def django_webhook(url: str, count: int, cpus: set[int]) -> float:
    """django-webhook as shipped: Celery's own pool, a process for each CPU; a database of its own, the same server."""
    subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bench.django_webhook_peer", url, str(count)], cwd=ROOT, check=True
    )
    url_of_database = os.environ["PEER_DATABASE_URL"]
    with psycopg.connect(url_of_database.replace("postgres://", "postgresql://"), autocommit=True) as connection:
        connection.execute("DELETE FROM django_webhook_webhookevent")  # of the round before

        def settled() -> int:
            row = connection.execute(
                "SELECT count(*) FROM django_webhook_webhookevent WHERE status = 'SUCCESS'"
            ).fetchone()
            return int(row[0]) if row else 0

        return speed(DJANGO_WEBHOOK, count, settled, cpus)
