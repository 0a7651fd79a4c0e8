"""Deliveries per second and event-to-receiver latency.

In one run, in turns, against one receiver: the raw client without a database (the limit), what others use (one Dramatiq
or Celery task per delivery, django-webhook), and ours, its state in PostgreSQL. All of them send from one CPU, and
PostgreSQL, Valkey and the receiver have the others; only one process and two are compared with all CPUs shared by all.

    python -m bench.deliveries [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Any

from bench import peers
from bench.delivery_world import (
    ENDPOINTS,
    PAYLOAD,
    add_history,
    burst,
    check_delivered,
    clear,
    delivering,
    execute,
    make_world,
    until_delivered,
)
from bench.instance import Instance
from bench.report import bound, line, verdict
from bench.servers import move, with_descendants
from bench.sink import sink

RATES = (50, 200)
BURST = 8  # several seconds, so that getting under way weighs little
ROUNDS = 3  # a machine's speed drifts within minutes


def raw_client(url: str, count: int, body: bytes) -> float:
    """POST/s of libcurl's multi interface with 64 handles that repeat one request: the machine's limit."""
    import pycurl

    multi, sent, done = pycurl.CurlMulti(), 0, 0
    handles = []
    for _ in range(64):
        curl = pycurl.Curl()
        curl.setopt(pycurl.URL, url)
        curl.setopt(pycurl.POSTFIELDS, body)
        curl.setopt(pycurl.HTTPHEADER, ["Content-Type: application/json", "Expect:"])
        curl.setopt(pycurl.WRITEFUNCTION, len)
        handles.append(curl)
    started = time.perf_counter()
    for curl in handles:
        multi.add_handle(curl)
        sent += 1
    while done < count:
        while multi.perform()[0] == pycurl.E_CALL_MULTI_PERFORM:
            pass
        _, finished, failed = multi.info_read()
        assert not failed, failed
        for curl in finished:
            done += 1
            multi.remove_handle(curl)
            if sent < count:
                multi.add_handle(curl)
                sent += 1
        if not finished:
            multi.select(0.1)
    elapsed = time.perf_counter() - started
    multi.close()
    return count / elapsed


def same_client(url: str, count: int, event: Any) -> float:
    """Deliveries/s of our own client without a database: every request built, signed, sent and its answer read."""
    from common.http_pool import Sender
    from common.ids import uuid7
    from webhooks.engine.messages import Claim, Endpoint, build_request, judge
    from webhooks.payload import data_text, envelope
    from webhooks.signing import generate_secret

    endpoint = Endpoint(uuid7(), url, "live", (generate_secret(),), True, False, {}, None, None)
    content = envelope(
        event_id=event.id, event_name="lead.created", happened_at=event.created_at, data=data_text(PAYLOAD)
    )
    sender, sent, done = Sender(), 0, 0
    started = time.perf_counter()
    while done < count:
        while sent < count and sender.in_flight < 64:
            claim = Claim(uuid7(), event.id, endpoint.id, "event", 1, 5, uuid7(), endpoint, "lead.created", content)
            sender.submit(build_request(claim), claim)
            sent += 1
        for claim, response in sender.run(1.0):
            assert judge(claim, response).succeeded, response
            done += 1
    elapsed = time.perf_counter() - started
    sender.close()
    return count / elapsed


def ours(instance: Instance, event: Any, count: int, processes: int, cpus: set[int]) -> float:
    """Deliveries/s of `manage.py deliver`: a burst on top of as much history."""
    clear()
    add_history(count)
    execute("VACUUM ANALYZE webhooks_webhookdelivery")
    with delivering(instance, processes, cpus):
        committed = burst(count, event)
        elapsed = until_delivered() - committed
    check_delivered(2 * count)
    return count / elapsed


def deliver_by_celery(event: Any) -> None:
    """Hand an event's delivery to Celery, as an on-commit hook would."""
    from bench.celery_peer import deliver

    ((key,),) = execute("SELECT id FROM webhooks_webhookdelivery WHERE event_id = %s", [event.id])
    deliver.delay(str(key))


def latency(
    worker: AbstractContextManager[Any], rate: int, seconds: float, hand_over: Callable[[Any], None] | None = None
) -> tuple[float, float, float]:
    """p50, p95 and p99 in ms from the publishing commit to the receiver's answer, at `rate` events per second."""
    from events.services.publishing import publish_event

    committed: dict[str, float] = {}

    def publish(number: int) -> None:
        event = publish_event(event_name="lead.created", entity_type="lead", entity_id=str(number), payload=PAYLOAD)
        committed[event.public_id] = time.time()
        if hand_over:
            hand_over(event)

    clear()
    with worker:
        publish(0)
        until_delivered()  # it is at work
        clear()
        committed.clear()
        next_at = time.perf_counter()
        for number in range(int(rate * seconds)):
            publish(number)
            next_at += 1 / rate
            time.sleep(max(0.0, next_at - time.perf_counter()))
        until_delivered()
    check_delivered(len(committed))
    rows = execute(
        "SELECT 'evt_' || replace(d.event_id::text, '-', ''), extract(epoch FROM a.started_at) + a.duration_ms / 1000"
        " FROM webhooks_webhookattempt a JOIN webhooks_webhookdelivery d ON d.id = a.delivery_id"
    )
    delays = sorted((float(answered) - committed[key]) * 1000 for key, answered in rows)
    cuts = statistics.quantiles(delays, n=100)
    return cuts[49], cuts[94], cuts[98]


def measure_speed(
    instance: Instance, url: str, event: Any, body: bytes, count: int, per_peer: int
) -> dict[str, list[float]]:
    """Deliveries/s of each way, in turns; our own client sends BURST times `count`."""
    every, sending = os.sched_getaffinity(0), sending_cpus()
    ways: dict[str, Callable[[], float]] = {
        "raw": lambda: here(sending, lambda: raw_client(url, count, body)),
        "same": lambda: here(sending, lambda: same_client(url, BURST * count, event)),
        "one": lambda: ours(instance, event, BURST * count, 1, sending),
        "django-webhook": lambda: peers.django_webhook(url, per_peer, sending),
        "celery": lambda: peers.celery(event, per_peer, sending),
        "dramatiq": lambda: peers.dramatiq(event, per_peer, sending),
        "one, shared": lambda: ours(instance, event, BURST * count, 1, every),
        "two, shared": lambda: ours(instance, event, BURST * count, 2, every),
    }
    speeds: dict[str, list[float]] = {name: [] for name in ways}
    for number in range(1, ROUNDS + 1):
        for name, way in ways.items():
            move(every if name.endswith("shared") else every - sending or every, with_descendants(os.getpid()))
            speeds[name].append(way())
            print(f"round {number}, {name}: {speeds[name][-1]:,.0f}/s", file=sys.stderr)
    move(every, with_descendants(os.getpid()))
    return speeds


def sending_cpus() -> set[int]:
    """The CPU that requests are sent from."""
    return {min(os.sched_getaffinity(0))}


def here(cpus: set[int], way: Callable[[], float]) -> float:
    """What `way` measures when this thread has these CPUs."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, cpus)
    try:
        return way()
    finally:
        os.sched_setaffinity(0, before)


def report_speed(speeds: dict[str, list[float]]) -> bool:
    """Print the table and the verdict: medians, and medians of what was measured in the same round."""
    for name, way in {
        "raw": "libcurl multi repeating one request: the machine's limit",
        "same": "our client, no database: build, sign, send, read",
        "django-webhook": "django-webhook as shipped",
        "celery": "one Celery task per delivery, requests, 8 threads",
        "dramatiq": "one Dramatiq task per delivery, requests, 8 threads",
        "one": "manage.py deliver, 1 process",
        "one, shared": "manage.py deliver, 1 process, CPUs shared",
        "two, shared": "manage.py deliver, 2 processes, CPUs shared",
    }.items():
        line(way, f"{statistics.median(speeds[name]):,.0f}/s")

    def ratio(ours: str, theirs: str) -> float:
        return statistics.median(our / their for our, their in zip(speeds[ours], speeds[theirs], strict=True))

    held = [
        verdict("times one Dramatiq task per delivery", ratio("one", "dramatiq"), 14),
        verdict("times one Celery task per delivery", ratio("one", "celery"), 14),
        verdict("times django-webhook as shipped", ratio("one", "django-webhook"), 60),
        verdict("of the same client without a database", ratio("one", "same"), 0.5),
        verdict("times one process with two", ratio("two, shared", "one, shared"), 1.3),
    ]
    return all(held)


Latencies = dict[int, tuple[tuple[float, float, float], tuple[float, float, float]]]


def report_latency(latencies: Latencies) -> bool:
    """Print the table and the verdict."""
    print("Event to answered delivery, publisher and receiver on the same CPUs (Convoy publishes p95 124 and 127 ms)")
    for rate, (our, celerys) in latencies.items():
        for name, cuts in ((f"{rate}/s: p50 / p95 / p99", our), ("  one Celery task per delivery", celerys)):
            line(name, " / ".join(f"{cut:.1f}" for cut in cuts) + " ms")
    (_, p95, p99), (_, _, usual) = latencies[RATES[-1]]
    held = [
        bound(f"ms p95 at {RATES[-1]}/s", p95, 10),
        bound(f"ms p99 at {RATES[-1]}/s", p99, 15),
        verdict("times sooner than Celery, by p99", usual / p99, 2),
    ]
    return all(held)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="fewer deliveries")
    quick = parser.parse_args().quick
    count, per_peer, seconds = (2_000, 200, 3) if quick else (12_000, 700, 20)
    load = os.getloadavg()[0]
    with Instance() as instance, sink() as url:
        import django

        django.setup()
        from webhooks.payload import data_text, envelope, signed_body

        event = make_world(url)
        content = envelope(
            event_id=event.id, event_name="lead.created", happened_at=event.created_at, data=data_text(PAYLOAD)
        )
        body, _ = signed_body(content, "whsec_x")
        speeds = measure_speed(instance, url, event, body, count, per_peer)
        latencies: Latencies = {
            rate: (
                latency(delivering(instance), rate, seconds),
                latency(peers.worker(peers.CELERY), rate, seconds, deliver_by_celery),
            )
            for rate in RATES
        }
    print(f"Webhook deliveries: {len(body)} byte bodies, {ENDPOINTS} endpoints, receiver nginx, {os.cpu_count()} CPUs")
    print(f"Load average before it: {load:.1f} (others' work moves every figure but the ratios of one moment)")
    held = [report_speed(speeds), report_latency(latencies)]
    print(json.dumps({**speeds, "latency": latencies}), file=sys.stderr)
    sys.exit(not all(held))


if __name__ == "__main__":
    main()
