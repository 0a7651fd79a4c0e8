"""What Prometheus reads at /metrics: counters shared by the web processes, and the queues at that moment."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import closing, suppress
from functools import lru_cache

import redis
from django.conf import settings
from django.db.models import Min, Q
from django.utils import timezone
from dramatiq import get_broker
from dramatiq.common import dq_name, xq_name
from dramatiq.errors import DramatiqError
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from authn.metering import METHODS, STREAM
from common.queue import QUEUES
from config.brokers import is_rabbitmq, with_limits
from webhooks.models import WebhookDelivery

LATENCY_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)

requests_total = Counter("treaty_http_requests", "Answered requests.", ["method", "route", "status"])
request_seconds = Histogram(
    "treaty_http_request_seconds", "Time to answer a request.", ["route"], buckets=LATENCY_BUCKETS
)


def observe_request(*, method: str, route: str, status: int, seconds: float) -> None:
    """Count one answered request. Routes are URL patterns, so that the labels stay few."""
    counter, histogram = series(method if method in METHODS else "OTHER", route, status)
    counter.inc()
    histogram.observe(seconds)


@lru_cache(maxsize=4096)
def series(method: str, route: str, status: int) -> tuple[Counter, Histogram]:
    """The two series of a kind of request, looked up once."""
    return requests_total.labels(method, route, str(status)), request_seconds.labels(route)


class DeliveryCollector(Collector):
    """Queue depth and age of webhook deliveries, read when Prometheus asks."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Three gauges from two index-backed queries."""
        now = timezone.now()
        deliveries = WebhookDelivery.objects
        pending = deliveries.pending().aggregate(oldest=Min("due_at", filter=Q(due_at__lte=now)))
        yield GaugeMetricFamily(
            "treaty_webhook_deliveries_pending", "Deliveries not yet made.", value=deliveries.pending().count()
        )
        yield GaugeMetricFamily(
            "treaty_webhook_delivery_oldest_due_seconds",
            "How long the oldest due delivery has waited; 0 when none is due.",
            value=(now - pending["oldest"]).total_seconds() if pending["oldest"] else 0.0,
        )


class StreamCollector(Collector):
    """Calls that wait in Valkey; nothing is shown while it is away, which readiness tells."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Entries the meter has not trimmed: it does so once they are stored."""
        with suppress(redis.RedisError), closing(redis.from_url(settings.REDIS_URL, socket_timeout=1)) as client:
            entries = int(client.xlen(STREAM))
            yield GaugeMetricFamily("treaty_usage_stream_entries", "Calls in the usage stream.", value=entries)


class JobCollector(Collector):
    """The job queues, in whichever broker; nothing is shown while it is away."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """Two gauges."""
        with suppress(redis.RedisError, DramatiqError, OSError):
            waiting, given_up = count_jobs()
            yield GaugeMetricFamily("treaty_jobs_waiting", "Jobs no worker has taken yet.", value=waiting)
            yield GaugeMetricFamily("treaty_jobs_given_up", "Jobs given up in the last seven days.", value=given_up)


def count_jobs() -> tuple[int, int]:
    """How many no worker has taken yet, and how many were given up."""
    if is_rabbitmq(settings.BROKER_URL):
        counts: tuple[int, int] = get_broker().count_jobs(QUEUES)  # type: ignore[attr-defined]  # (RabbitMQ's alone)
        return counts
    with closing(redis.from_url(with_limits(settings.BROKER_URL))) as client:
        waiting = sum(client.llen(f"dramatiq:{name}") for queue in QUEUES for name in (queue, dq_name(queue)))
        return waiting, sum(client.zcard(f"dramatiq:{xq_name(queue)}") for queue in QUEUES)


COLLECTORS: list[type[Collector]] = [DeliveryCollector, StreamCollector, JobCollector]


def exposition() -> bytes:
    """The text Prometheus scrapes, whichever web process answers."""
    registry = CollectorRegistry()
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # (its __init__ is not annotated)
        shared = registry
    else:
        shared = REGISTRY
    state = CollectorRegistry()
    for collector in COLLECTORS:
        state.register(collector())
    return bytes(generate_latest(shared)) + bytes(generate_latest(state))
