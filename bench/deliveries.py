"""Deliveries per second and event-to-receiver latency.

In one run, against one receiver: the raw client without a database (the limit), one Dramatiq task per delivery (the
usual way), and ours with one and two processes, its state in PostgreSQL. `--quick` runs fewer deliveries.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from bench.instance import ROOT, Instance
from bench.sink import sink

ENDPOINTS = 20
PAYLOAD = {
    "id": "lead_123",
    "email": "john@example.com",
    "insuranceType": "auto",
    "score": 71.5,
    "notes": "x" * 700,
    "address": {"line1": "1 Main St", "city": "Reno", "state": "NV", "zip": "89501"},
}


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


def execute(statement: str, parameters: Any = None) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def make_world(url: str) -> Any:
    """A partner with ENDPOINTS endpoints at the receiver; return an event of theirs."""
    from applications.models import PartnerApplication
    from events.models import EventType, PlatformEvent
    from integrations.models import Integration
    from partners.models import Partner
    from webhooks.models import WebhookEndpoint
    from webhooks.signing import generate_secret

    scopes = ["read:leads"]
    partner = Partner.objects.create(partner_name="Bench", partner_type="technology", status="active")
    application = PartnerApplication.objects.create(
        partner=partner, app_name="Bench", status="approved", permissions=scopes, approved_permissions=scopes
    )
    integration = Integration.objects.create(partner=partner, application=application, integration_name="Bench")
    for number in range(ENDPOINTS):
        WebhookEndpoint.objects.create(
            integration=integration,
            partner=partner,
            endpoint_url=f"{url}/{number}",
            webhook_secret=generate_secret(),
            subscribed_events=["lead.*"] if number == 0 else ["claim.*"],
        )
    event_type, _ = EventType.objects.update_or_create(
        event_name="lead.created",
        defaults={"description": "", "event_category": "lead", "payload_schema": {}, "required_scope": "read:leads"},
    )
    return PlatformEvent.objects.create(event_type=event_type, entity_type="lead", entity_id="1", payload=PAYLOAD)


def prepare(count: int, event: Any) -> None:
    """`count` events, each with one delivery that is not due yet, spread over the endpoints."""
    from webhooks.sql import UUID7

    execute("DELETE FROM webhooks_webhookdelivery")
    execute("TRUNCATE webhooks_webhookattempt")
    execute(
        f"""
        WITH e AS (
          INSERT INTO events_platformevent (id, created_at, updated_at, event_type_id, entity_type, entity_id, payload,
            environment, partner_id)
          SELECT {UUID7}, now(), now(), s.event_type_id, 'lead', n::text, s.payload || jsonb_build_object('n', n),
            'live', NULL
          FROM events_platformevent s, generate_series(1, %s) n WHERE s.id = %s RETURNING id
        ), p AS (SELECT array_agg(id) AS ids FROM webhooks_webhookendpoint)
        INSERT INTO webhooks_webhookdelivery (id, created_at, updated_at, event_id, endpoint_id, status, kind,
          attempt_number, attempt_limit, due_at, last_error)
        SELECT {UUID7}, now(), now(), e.id, p.ids[1 + (row_number() OVER ()) %% {ENDPOINTS}], 'pending', 'event', 0, 5,
          '2100-01-01', '' FROM e, p""",  # noqa: S608 (constants of ours)
        [count, event.id],
    )
    execute("VACUUM ANALYZE webhooks_webhookdelivery")


def until_delivered(count: int, timeout: float = 300.0) -> None:
    deadline = time.monotonic() + timeout
    while execute("SELECT 1 FROM webhooks_webhookdelivery WHERE status = 'pending' LIMIT 1"):
        assert time.monotonic() < deadline, "not delivered in time"
        time.sleep(0.02)
    rows = execute("SELECT status, count(*) FROM webhooks_webhookdelivery GROUP BY 1")
    assert rows == [("delivered", count)], rows


@contextlib.contextmanager
def running(start: Callable[[], subprocess.Popen[bytes]], processes: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    children = [start() for _ in range(processes)]
    try:
        for child in children:
            assert child.stdout is not None
            assert child.stdout.readline() == b"delivering\n"  # imports done
        time.sleep(1)  # connections made
        yield children
    finally:
        for child in children:
            child.terminate()
        for child in children:
            child.communicate(timeout=20)


def ours(instance: Instance, event: Any, count: int, processes: int) -> float:
    """Deliveries/s of `manage.py deliver`."""
    from webhooks.wakeups import waker

    prepare(count, event)
    with running(lambda: instance.manage("deliver"), processes):
        started = time.perf_counter()
        execute("UPDATE webhooks_webhookdelivery SET due_at = now()")
        updated = time.perf_counter()
        waker.publish()
        until_delivered(count)
        elapsed = time.perf_counter() - started
        # Making everything due at once is the bench's own work; the senders start on it when it commits.
        return count / (elapsed - (updated - started))


def dramatiq(event: Any, count: int) -> float:
    """Deliveries/s of one Dramatiq process with 8 threads."""
    from bench.dramatiq_peer import deliver

    prepare(count, event)
    ids = [str(row[0]) for row in execute("SELECT id FROM webhooks_webhookdelivery")]
    deliver.send(ids[0])
    for key in ids[1:]:
        deliver.send(key)

    def start() -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", "dramatiq", "bench.dramatiq_peer", "-p", "1", "-t", "8"]
        return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    child = start()
    try:
        settled = "SELECT count(*) FROM webhooks_webhookdelivery WHERE status = 'delivered'"
        while execute(settled)[0][0] < count // 10:  # the imports and the first connections are not counted
            time.sleep(0.02)
        first, started = execute(settled)[0][0], time.perf_counter()
        until_delivered(count)
        return (count - first) / (time.perf_counter() - started)
    finally:
        child.terminate()
        child.wait(20)


def latency(instance: Instance, rate: int, seconds: float) -> tuple[float, float, float]:
    """p50, p95 and p99 in ms from the publishing commit to the request's start, at `rate` events per second."""
    from events.services.publishing import publish_event

    execute("DELETE FROM webhooks_webhookdelivery")
    execute("TRUNCATE webhooks_webhookattempt")
    committed: dict[str, float] = {}
    with running(lambda: instance.manage("deliver"), 1):
        next_at = time.perf_counter()
        for number in range(int(rate * seconds)):
            event = publish_event(event_name="lead.created", entity_type="lead", entity_id=str(number), payload=PAYLOAD)
            committed[event.public_id] = time.time()
            next_at += 1 / rate
            time.sleep(max(0.0, next_at - time.perf_counter()))
        until_delivered(len(committed))
    rows = execute(
        "SELECT 'evt_' || replace(d.event_id::text, '-', ''), extract(epoch FROM a.started_at) + a.duration_ms / 1000"
        " FROM webhooks_webhookattempt a JOIN webhooks_webhookdelivery d ON d.id = a.delivery_id"
    )
    delays = sorted((float(answered) - committed[key]) * 1000 for key, answered in rows)
    cuts = statistics.quantiles(delays, n=100)
    return cuts[49], cuts[94], cuts[98]


def report(rows: list[tuple[str, str, str]]) -> None:
    for name, figure, note in rows:
        print(f"  {name:<52} {figure:>12}   {note}")


def verdict(ratio: float, target: float) -> str:
    return f"target >= {target:g}: {'met' if ratio >= target else 'MISSED'}"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true")
    quick = parser.parse_args().quick
    count, peers = (6_000, 600) if quick else (30_000, 2_000)
    load = os.getloadavg()[0]
    with Instance() as instance, sink() as (url, what):
        import django

        django.setup()
        from webhooks.payload import data_text, envelope, signed_body

        event = make_world(url)
        content = envelope(
            event_id=event.id, event_name="lead.created", happened_at=event.created_at, data=data_text(PAYLOAD)
        )
        body, _ = signed_body(content, "whsec_x")
        print("measuring the raw client, Dramatiq, one process, two processes, latency", file=sys.stderr)
        raw = raw_client(url, count, body)
        print(f"raw {raw:,.0f}/s", file=sys.stderr)
        same = same_client(url, count, event)
        print(f"same client {same:,.0f}/s", file=sys.stderr)
        usual = dramatiq(event, peers)
        print(f"dramatiq {usual:,.0f}/s", file=sys.stderr)
        one = ours(instance, event, count, 1)
        print(f"one process {one:,.0f}/s", file=sys.stderr)
        two = ours(instance, event, count, 2)
        latencies = {rate: latency(instance, rate, 5 if quick else 20) for rate in (50, 200)}
    print(f"Webhook deliveries: {len(body)} byte bodies, {ENDPOINTS} endpoints, receiver {what}, {os.cpu_count()} CPUs")
    print(f"Load average before it: {load:.1f} (others' work moves every figure but the ratios of one moment)")
    report(
        [
            ("libcurl multi repeating one request", f"{raw:,.0f}/s", "the machine's limit"),
            ("our client, no database: build, sign, send, read", f"{same:,.0f}/s", "the client's limit"),
            ("one Dramatiq task per delivery, requests.Session", f"{usual:,.0f}/s", "1 process, 8 threads"),
            ("manage.py deliver, 1 process", f"{one:,.0f}/s", "state in PostgreSQL"),
            ("manage.py deliver, 2 processes", f"{two:,.0f}/s", ""),
            ("  against Dramatiq", f"{one / usual:.1f} x", verdict(one / usual, 14)),
            ("  against the same client without a database", f"{one / same:.0%}", verdict(one / same, 0.5)),
            ("  two processes against one", f"{two / one:.2f} x", verdict(two / one, 1.3)),
        ]
    )
    print("Event to answered delivery, publisher and receiver on the same CPUs (Convoy publishes p95 124 and 127 ms)")
    for rate, (p50, p95, p99) in latencies.items():
        note = f"p95 target <= 10 ms: {'met' if p95 <= 10 else 'MISSED'}" if rate == 200 else ""
        report([(f"{rate}/s: p50 / p95 / p99", f"{p50:.1f} / {p95:.1f} / {p99:.1f} ms", note)])
    print(
        json.dumps({"raw": raw, "same": same, "dramatiq": usual, "one": one, "two": two, "latency": latencies}),
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
