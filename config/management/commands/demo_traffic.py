"""Traffic for a running demonstration, so that its pages move."""

from __future__ import annotations

import json
import time
import uuid
from collections import Counter
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from config.demo.traffic import Tally, Traffic
from events.models import EventType
from webhooks.models import WebhookDelivery

SETTLE_SECONDS = 5.0


class Command(BaseCommand):
    help = "Publish events and call the API of a running `manage.py up --demo` at a steady rate."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--rate", type=float, default=10.0, help="requests per second (default: %(default)s)")
        parser.add_argument("--seconds", type=float, default=30.0, help="how long (default: %(default)s)")
        parser.add_argument("--base-url", help="where the instance answers (default: that of demo.json)")

    def handle(self, *args: Any, **options: Any) -> None:
        path = settings.DATA_DIR / "demo.json"
        if not path.exists():
            raise CommandError(f"{path} does not exist: start the demonstration with `manage.py up --demo` first.")
        world = json.loads(path.read_text(encoding="utf-8"))
        examples = dict(EventType.objects.active().values_list("event_name", "example"))
        traffic = Traffic((options["base_url"] or world["baseUrl"]).rstrip("/"), world, examples)
        console = Console(file=self.stdout._out)  # type: ignore[arg-type]  # noqa: SLF001 (OutputWrapper is no TextIO)
        columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with Progress(*columns, console=console) as progress:
            total = int(options["rate"] * options["seconds"])
            task = progress.add_task("Sending", total=total)
            tally = traffic.run(
                rate=options["rate"], seconds=options["seconds"], advance=lambda n: progress.advance(task, n)
            )
        console.print(summary(tally, settled_deliveries(tally)))
        if tally.failures or tally.count(5):
            raise CommandError(f"{tally.failures} requests without an answer, {tally.count(5)} answered 5xx.")


def settled_deliveries(tally: Tally) -> Counter[str]:
    """Status -> number of the deliveries of the events published, once they settle or after a few seconds."""
    ids = [uuid.UUID(event_id.removeprefix("evt_")) for event_id in tally.events]
    deadline = time.monotonic() + SETTLE_SECONDS
    while True:
        counts = Counter(WebhookDelivery.objects.filter(event_id__in=ids).values_list("status", flat=True))
        if not counts["pending"] or time.monotonic() > deadline:
            return counts
        time.sleep(0.2)


def summary(tally: Tally, deliveries: Counter[str]) -> Table:
    """The figures."""
    table = Table(show_header=False)
    table.add_column(justify="left")
    table.add_column(justify="right")
    rows = {
        "Requests sent": len(tally.statuses) + tally.failures,
        "Answered 2xx": tally.count(2),
        "Answered 4xx": tally.count(4),
        "Answered 5xx": tally.count(5),
        "No answer": tally.failures,
        "Response time p50": f"{tally.percentile(50):.1f} ms",
        "Response time p95": f"{tally.percentile(95):.1f} ms",
        "Events accepted": len(tally.events),
        "Webhooks delivered": deliveries["delivered"],
        "Webhooks waiting for a retry": deliveries["pending"],
        "Webhooks given up": deliveries["failed"],
    }
    for label, value in rows.items():
        table.add_row(label, str(value))
    return table
