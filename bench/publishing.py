"""What publishing costs: `publish_event` with 0, 1 and 10 subscribed endpoints against one bare INSERT of the event.

Each in a transaction of its own, in one process, in turns. A publish checks the payload against the type's JSON Schema,
stores the event, finds the subscribed endpoints, stores a delivery for each and wakes the senders on commit.

    python -m bench.publishing [--events 500] [--rounds 5]
"""

from __future__ import annotations

import argparse
import statistics
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from bench.delivery_world import ENDPOINTS, clear, execute, make_world
from bench.instance import Instance
from bench.report import bound, line

SUBSCRIBED = (0, 1, 10)
MOST = 4.0  # times the bare INSERT: the schema check, a second statement, and a message to Valkey
CONVOY_P95_MS = 5.5  # what Convoy publishes for creating an event with its queue in Redis, the faster of its two
INSERT = """
INSERT INTO events_platformevent (id, created_at, updated_at, event_type_id, entity_type, entity_id, payload,
  environment, partner_id) VALUES (%s, now(), now(), %s, 'lead', %s, %s, 'live', NULL)
"""


@dataclass
class Case:
    """One way to store an event, and the seconds each took."""

    name: str
    call: Callable[[int], None]
    subscribed: int = 0
    seconds: list[float] = field(default_factory=list)
    cpu_seconds: float = 0.0

    def round(self, count: int) -> None:
        """One measured round."""
        clear()
        execute(
            "UPDATE webhooks_webhookendpoint w SET subscribed_events ="
            " CASE WHEN n.number <= %s THEN ARRAY['lead.*'] ELSE ARRAY['claim.*'] END"
            " FROM (SELECT id, row_number() OVER (ORDER BY id) AS number FROM webhooks_webhookendpoint) n"
            " WHERE n.id = w.id",
            [self.subscribed],
        )
        self.call(0)
        cpu = time.process_time()
        for number in range(count):
            started = time.perf_counter()
            self.call(number)
            self.seconds.append(time.perf_counter() - started)
        self.cpu_seconds += time.process_time() - cpu
        ((stored,),) = execute("SELECT count(*) FROM webhooks_webhookdelivery")
        assert stored == (count + 1) * self.subscribed, stored

    @property
    def median_us(self) -> float:
        return statistics.median(self.seconds) * 1e6

    @property
    def p95_ms(self) -> float:
        return statistics.quantiles(self.seconds, n=20)[-1] * 1e3

    @property
    def cpu_us(self) -> float:
        return self.cpu_seconds / len(self.seconds) * 1e6


def cases(event_type: Any) -> Iterator[Case]:
    """The bare INSERT, and a publish for each number of endpoints."""
    import orjson
    from django.db import transaction

    from common.ids import uuid7
    from events.services.publishing import publish_event

    payload = orjson.dumps(event_type.example).decode()

    def insert(number: int) -> None:
        with transaction.atomic():
            execute(INSERT, [uuid7(), event_type.id, str(number), payload])

    def publish(number: int) -> None:
        publish_event(event_name="lead.created", entity_type="lead", entity_id=str(number), payload=event_type.example)

    yield Case("one bare INSERT", insert)
    for subscribed in SUBSCRIBED:
        yield Case(f"publish_event, {subscribed} of {ENDPOINTS} endpoints subscribed", publish, subscribed)


def report(bare: Case, *publishes: Case) -> bool:
    """Print the table and the verdict."""
    for case in (bare, *publishes):
        times = f"{case.median_us / bare.median_us:.1f} x the INSERT, {case.cpu_us:,.0f} us of it CPU of the publisher"
        line(case.name, f"{case.median_us:,.0f} us, p95 {case.p95_ms:.2f} ms", times)
    none, one, ten = publishes
    held = [
        bound("times the bare INSERT, nobody subscribed", none.median_us / bare.median_us, MOST),
        bound("times the bare INSERT, one endpoint", one.median_us / bare.median_us, MOST),
        bound("times the bare INSERT, ten endpoints", ten.median_us / bare.median_us, 2 * MOST),
        bound("ms p95, ten endpoints (Convoy's for one)", ten.p95_ms, CONVOY_P95_MS),
    ]
    return all(held)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--events", type=int, default=500, help="events of each case and round")
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    with Instance():
        import django

        django.setup()
        from events.models import EventType
        from events.services.catalogue import initialize_standard_events

        make_world("http://127.0.0.1:9/hook")  # nothing is sent
        initialize_standard_events()
        all_cases = list(cases(EventType.objects.get(event_name="lead.created")))
        for _ in range(options.rounds):
            for case in all_cases:
                case.round(options.events)
    sys.exit(not report(*all_cases))


if __name__ == "__main__":
    main()
