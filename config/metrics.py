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
from prometheus_client import REGISTRY, CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.metrics_core import GaugeMetricFamily
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from authn.metering import STREAM
from webhooks.models import WebhookDelivery

METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
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


class ValkeyCollector(Collector):
    """What waits in Valkey; nothing is shown while it is away, which readiness tells."""

    def collect(self) -> Iterator[GaugeMetricFamily]:
        """The usage stream, and the job queue where it is not RabbitMQ's."""
        for name, help_text, url, measure in (
            ("treaty_usage_stream_entries", "Calls in the usage stream.", settings.REDIS_URL, stream_length),
            ("treaty_jobs_waiting", "Jobs no worker has taken yet.", settings.BROKER_URL, jobs_waiting),
        ):
            if url.startswith("amqp"):
                continue
            with suppress(redis.RedisError), closing(redis.from_url(url, socket_timeout=1)) as client:
                yield GaugeMetricFamily(name, help_text, value=measure(client))


def stream_length(client: redis.Redis) -> int:
    """Entries the meter has not trimmed: it does so once they are stored."""
    return int(client.xlen(STREAM))


def jobs_waiting(client: redis.Redis) -> int:
    """Length of the queue; those that wait for their time are in a list of their own."""
    return int(client.llen("dramatiq:default")) + int(client.llen("dramatiq:default.DQ"))


COLLECTORS: list[type[Collector]] = [DeliveryCollector, ValkeyCollector]


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
