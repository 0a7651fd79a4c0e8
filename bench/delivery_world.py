"""The partner, the endpoints and the backlogs that the benchmarks of deliveries work on, and the processes that do."""

from __future__ import annotations

import contextlib
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bench.instance import Instance
from bench.servers import move, process_cpu_seconds

ENDPOINTS = 20
PAYLOAD: dict[str, Any] = {
    "id": "lead_123",
    "email": "john@example.com",
    "insuranceType": "auto",
    "score": 71.5,
    "notes": "x" * 700,
    "address": {"line1": "1 Main St", "city": "Reno", "state": "NV", "zip": "89501"},
}


def execute(statement: str, parameters: Any = None) -> list[Any]:
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        return cursor.fetchall() if cursor.description else []


def make_world(url: str, *, subscribed: int = 1) -> Any:
    """A partner with ENDPOINTS endpoints at the receiver, `subscribed` of them to leads; return an event of theirs."""
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
            subscribed_events=["lead.*"] if number < subscribed else ["claim.*"],
        )
    event_type, _ = EventType.objects.update_or_create(
        event_name="lead.created",
        defaults={"description": "", "event_category": "lead", "payload_schema": {}, "required_scope": "read:leads"},
    )
    return PlatformEvent.objects.create(event_type=event_type, entity_type="lead", entity_id="1", payload=PAYLOAD)


def clear() -> None:
    """No deliveries."""
    execute("TRUNCATE webhooks_webhookdelivery, webhooks_webhookattempt")


def add_backlog(count: int, event: Any, *, due: str = "2100-01-01") -> None:
    """`count` events, each with one delivery, spread over the endpoints; not due yet unless `due` says so.

    Each is due at a moment of its own, as if one had been published after the other.
    """
    from webhooks.sql import UUID7

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
          attempt_number, attempt_limit, due_at, last_error, event_name)
        SELECT {UUID7}, now(), now(), e.id, p.ids[1 + (row_number() OVER ()) %% {ENDPOINTS}], 'pending', 'event', 0, 5,
          %s::timestamptz + row_number() OVER () * interval '1 microsecond', '', 'lead.created'
        FROM e, p""",  # noqa: S608 (constants of ours)
        [count, event.id, due],
    )


def add_history(count: int) -> None:
    """`count` deliveries of old, delivered."""
    from webhooks.sql import UUID7

    execute(
        f"""
        INSERT INTO webhooks_webhookdelivery (id, created_at, updated_at, event_id, endpoint_id, status, kind,
          attempt_number, attempt_limit, response_status, delivered_at, last_error)
        SELECT {UUID7}, now(), now(), {UUID7}, p.ids[1 + n %% cardinality(p.ids)], 'delivered', 'event', 1, 5, 200,
          now(), ''
        FROM generate_series(1, %s) n, (SELECT array_agg(id) AS ids FROM webhooks_webhookendpoint) p""",  # noqa: S608 (a constant of ours)
        [count],
    )


def burst(count: int, event: Any) -> float:
    """`count` events at once, their deliveries due; tell the senders; return the moment it committed."""
    from webhooks.wakeups import send_wake_up

    add_backlog(count, event, due="now")
    committed = time.perf_counter()
    send_wake_up()
    return committed


def make_due(count: int | None = None) -> float:
    """Make the backlog, or `count` deliveries of it, due; tell the senders; return the moment it committed.

    Making thousands due at once is the bench's own work, which the senders start on when it commits.
    """
    from webhooks.wakeups import send_wake_up

    execute(f"UPDATE webhooks_webhookdelivery SET due_at = now() WHERE id IN ({SOME_PENDING})", [count])  # noqa: S608 (a constant of ours)
    committed = time.perf_counter()
    send_wake_up()
    return committed


SOME_PENDING = "SELECT id FROM webhooks_webhookdelivery WHERE status = 'pending' LIMIT %s"  # all when it is NULL
# In the order of the index, so that a table of millions is never read through.
NEXT_DUE = """
SELECT 1 FROM webhooks_webhookdelivery WHERE status = 'pending' AND due_at < '2100-01-01' ORDER BY endpoint_id LIMIT 1
"""


def until_delivered(timeout: float = 300.0) -> float:
    """Wait until nothing is due; the moment it was so."""
    deadline = time.monotonic() + timeout
    while execute(NEXT_DUE):
        assert time.monotonic() < deadline, "not delivered in time"
        time.sleep(0.05)
    return time.perf_counter()


def check_delivered(count: int) -> None:
    """All `count` deliveries there are arrived."""
    rows = execute("SELECT status, count(*) FROM webhooks_webhookdelivery GROUP BY 1")
    assert rows == [("delivered", count)], rows


class DeliveryProcess:
    """A running `manage.py deliver`."""

    def __init__(self, instance: Instance, cpus: set[int] | None) -> None:
        self.process = instance.manage("deliver")
        if cpus:
            move(cpus, [self.process.pid])

    def wait_until_ready(self) -> None:
        assert self.process.stdout is not None
        assert self.process.stdout.readline() == b"delivering\n"  # imports done

    @property
    def memory_mib(self) -> float:
        """Resident memory."""
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return int(status.partition("VmRSS:")[2].split()[0]) / 1024

    @property
    def cpu_seconds(self) -> tuple[float, float]:
        """CPU time of the process, and of its connections to PostgreSQL."""
        backends = execute(
            "SELECT pid FROM pg_stat_activity WHERE backend_type = 'client backend' AND pid <> pg_backend_pid()"
        )
        return process_cpu_seconds(self.process.pid), sum(process_cpu_seconds(pid) for (pid,) in backends)

    def stop(self) -> None:
        self.process.terminate()
        try:
            self.process.communicate(timeout=20)
        except subprocess.TimeoutExpired:
            self.process.kill()


@contextlib.contextmanager
def delivering(instance: Instance, processes: int = 1, cpus: set[int] | None = None) -> Iterator[list[DeliveryProcess]]:
    """`manage.py deliver`, as many times, on these CPUs alone."""
    children = [DeliveryProcess(instance, cpus) for _ in range(processes)]
    try:
        for child in children:
            child.wait_until_ready()
        time.sleep(1)  # connections made
        yield children
    finally:
        for child in children:
            child.stop()
