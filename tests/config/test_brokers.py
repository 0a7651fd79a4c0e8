"""The broker of jobs while it is away, whichever it is."""

from __future__ import annotations

import importlib
import os
import socket
from datetime import timedelta

import pytest
from apscheduler.events import EVENT_JOB_ERROR, JobExecutionEvent
from django.utils import timezone
from dramatiq import get_broker
from dramatiq.errors import ConnectionClosed
from dramatiq.middleware import Retries
from dramatiq_crontab import scheduler

from common.queue import QUEUES, actor_modules
from common.rabbitmq import RabbitmqBroker
from config.brokers import with_limits
from config.management.commands.schedule import send_again
from tests.config.test_environment import PRODUCTION, manage

RABBITMQ = "socket_timeout=2&stack_timeout=3&blocked_connection_timeout=2&heartbeat=15"
REDIS = "socket_connect_timeout=2&socket_timeout=3"

SEND_TWICE = """
import time
from common.queue import send_on_commit
from dramatiq import get_broker
print(type(get_broker()).__name__)
for _ in range(2):
    started = time.monotonic()
    send_on_commit("send_mail", "1", queue="mail")
    print(time.monotonic() - started)
"""


@pytest.mark.parametrize(
    ("url", "limited"),
    [
        ("redis://valkey:6379/1", f"redis://valkey:6379/1?{REDIS}"),
        ("rediss://:a;b@valkey/1?socket_timeout=9", "rediss://:a;b@valkey/1?socket_timeout=9&socket_connect_timeout=2"),
        ("unix:///run/valkey.sock?db=1", f"unix:///run/valkey.sock?db=1&{REDIS}"),
        ("amqp://rabbit/%2F", f"amqp://rabbit/%2F?{RABBITMQ}"),
        ("amqp://a;amqps://b:5671/v", f"amqp://a?{RABBITMQ};amqps://b:5671/v?{RABBITMQ}"),
    ],
)
def test_each_address_of_the_broker_has_limits(url: str, limited: str) -> None:
    assert with_limits(url) == limited
    assert with_limits(limited) == limited


@pytest.mark.parametrize(("scheme", "broker"), [("redis", "RedisBroker"), ("amqp", "RabbitmqBroker")])
@pytest.mark.parametrize("listens", [True, False])
def test_a_broker_that_is_away_or_says_nothing_holds_up_one_request(scheme: str, broker: str, *, listens: bool) -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        if listens:
            silent.listen()  # the kernel accepts; nobody ever answers
        limits = "socket_timeout=0.5" if scheme == "redis" else "stack_timeout=0.5&socket_timeout=0.4"
        url = f"{scheme}://127.0.0.1:{silent.getsockname()[1]}/1?{limits}"
        services = {"BROKER_URL": url, "DATABASE_URL": os.environ["DATABASE_URL"]}
        result = manage("shell", "--no-imports", "-c", SEND_TWICE, **{**PRODUCTION, **services})
    assert (result.returncode, result.stderr) == (0, "")
    first_line, *lines = [line for line in result.stdout.splitlines() if not line.startswith("{")]
    first, second = map(float, lines)
    assert first_line == broker
    assert (0.4 if listens else 0) < first < 2
    assert second < 0.1
    assert result.stdout.count('"enqueue_failed"') == result.stdout.count('"enqueue_skipped"') == 1


def test_a_handshake_that_ends_nowhere_is_a_lost_connection_to_workers_and_metrics_too() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        address = f"amqp://127.0.0.1:{silent.getsockname()[1]}/?stack_timeout=0.3&socket_timeout=0.2"
        broker = RabbitmqBroker(url=address, middleware=[])
        in_requests = broker.confirm_delivery
        with pytest.raises(ConnectionClosed, match="AMQP handshake"):
            broker.consume("default")
        assert (in_requests, broker.confirm_delivery) == (False, True)
        with pytest.raises(ConnectionClosed, match="AMQP handshake"):
            broker.count_jobs(QUEUES)


def test_no_job_waits_longer_than_rabbitmq_lets_a_worker_hold_it() -> None:
    for module in actor_modules():
        importlib.import_module(module)
    broker = get_broker()
    (retries,) = [one for one in broker.middleware if isinstance(one, Retries)]
    assert retries.max_backoff == 15 * 60 * 1000
    assert not [name for name, actor in broker.actors.items() if "max_backoff" in actor.options]
    assert {actor.queue_name for actor in broker.actors.values()} == set(QUEUES)


@pytest.mark.parametrize("attempt", ["first", "again"])
def test_a_job_the_broker_did_not_take_is_sent_again_soon(attempt: str) -> None:
    module = importlib.import_module("partners.actors")
    (daily,) = [job for job in scheduler.get_jobs() if job.name == "run_partner_upkeep"]
    failed = {"first": daily.id, "again": "again:run_partner_upkeep"}[attempt]
    listen = send_again({daily.name: module.run_partner_upkeep.send})
    listen(JobExecutionEvent(EVENT_JOB_ERROR, failed, "default", timezone.now(), exception=OSError("away")))
    again = scheduler.get_job("again:run_partner_upkeep")
    scheduler.remove_job("again:run_partner_upkeep")
    assert (again.func, again.name) == (module.run_partner_upkeep.send, "run_partner_upkeep")
    assert timedelta(0) < again.trigger.run_date - timezone.now() <= timedelta(seconds=15)
