"""Old deliveries: out of the database into compressed JSON Lines."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from common.partitions import day_bounds, uuid7_day
from events.services.archive import ArchiveError, archive_directory, read_archive, write_rows
from webhooks.models import WebhookDelivery
from webhooks.models.delivery import WebhookDeliveryQuerySet

COLUMNS = (
    "id",
    "event_id",
    "event_name",
    "endpoint_id",
    "status",
    "kind",
    "attempt_number",
    "response_status",
    "last_error",
    "delivered_at",
    "created_at",
    "updated_at",
)
BATCH = 5000


def archive_deliveries(*, older_than_days: int) -> Iterator[tuple[Path, int]]:
    """Archive the settled deliveries of days that ended more than `older_than_days` ago, oldest first.

    Gives each file and how many are in it. A delivery leaves the database only after its file is read back whole; one
    that is retried meanwhile stays, and is archived again when it is settled.
    """
    oldest_kept = datetime.now(tz=UTC).date() - timedelta(days=older_than_days)
    # By its time as well as by its state: what is retried while a day is written must be in neither part of it.
    settled = WebhookDelivery.objects.settled().filter(updated_at__lt=timezone.now()).order_by("id")
    old = settled.filter(id__lt=day_bounds(oldest_kept)[0])
    while key := old.values_list("id", flat=True).first():
        day = uuid7_day(key)
        first, after = day_bounds(day)
        yield archive_day(day, settled.filter(id__gte=first, id__lt=after))
        old = old.filter(id__gte=after)


def archive_day(day: date, settled: WebhookDeliveryQuerySet) -> tuple[Path, int]:
    """Write what is settled of a day to a file, and remove it."""
    path = free_path(day)
    count = write_rows(path, map(to_row, settled.select_related("endpoint").iterator(BATCH)))
    if sum(1 for _ in read_archive(path)) != count:
        raise ArchiveError(f"{path} is not whole: the day stays in the database.")
    while remove_some(settled):
        pass
    return path, count


@transaction.atomic
def remove_some(settled: WebhookDeliveryQuerySet) -> int:
    """Remove a batch; return how many there were. The ORM would look for attempts, which went with their days."""
    ids = list(settled.select_for_update().values_list("id", flat=True)[:BATCH])
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM webhooks_webhookdelivery WHERE id = ANY(%s)", [ids])
    return len(ids)


def free_path(day: date) -> Path:
    """The file of a day; a second one for what was settled after the first was written."""
    directory, number = archive_directory("deliveries"), 1
    path = directory / f"{day.isoformat()}.jsonl.gz"
    while path.exists():
        number += 1
        path = directory / f"{day.isoformat()}-{number}.jsonl.gz"
    return path


def to_row(delivery: WebhookDelivery) -> dict[str, Any]:
    """A delivery as a line, with whose it was."""
    endpoint = delivery.endpoint
    owner = {"partner_id": endpoint.partner_id, "endpoint_url": endpoint.endpoint_url}
    return {**{name: getattr(delivery, name) for name in COLUMNS}, **owner}
