"""Old days of the event log: out of the database into compressed JSON Lines, and back."""

from __future__ import annotations

import gzip
import hashlib
import heapq
import json
import os
import uuid
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.serializers.json import DjangoJSONEncoder
from django.db import OperationalError, connection, transaction

from common.partitions import (
    day_bounds,
    days_in_default,
    ensure_partition,
    lock_exclusively,
    partition_name,
    partitions_of,
    uuid7_day,
)
from events.models import EventType, PlatformEvent, PublishedKey

TABLE = "events_platformevent"
COLUMNS = (
    "id",
    "entity_type",
    "entity_id",
    "payload",
    "environment",
    "partner_id",
    "schema_version",
    "is_test",
    "created_at",
    "updated_at",
)
BATCH = 1000
DAY_TRIES = 3


class ArchiveError(Exception):
    """An archive that is not whole, or whose events cannot be put back."""


@dataclass(frozen=True)
class Archived:
    """One day that left the database."""

    day: date
    path: Path
    events: int


def archive_directory(kind: str = "events") -> Path:
    """Where archives are kept."""
    directory = Path(settings.DATA_DIR) / "archive" / kind
    directory.mkdir(parents=True, exist_ok=True)
    return directory


def archive_events(*, older_than_days: int) -> list[Archived]:
    """Archive every day that ended more than `older_than_days` ago, oldest first.

    A day leaves the database only after its file is written, read back and found whole.
    """
    oldest_kept = datetime.now(tz=UTC).date() - timedelta(days=older_than_days)
    for day in days_in_default(TABLE):
        if day < oldest_kept:
            ensure_partition(TABLE, day)
    days = [datetime.strptime(name[-8:], "%Y%m%d").replace(tzinfo=UTC).date() for name in partitions_of(TABLE)]
    PublishedKey.objects.filter(created_at__lt=datetime.now(tz=UTC) - timedelta(days=older_than_days)).delete()
    return [archive_day(day) for day in days if day < oldest_kept]


def archive_day(day: date) -> Archived:
    """Write one day's file and drop its partition.

    Nobody waits while the file is written: what comes in meanwhile is found when the partition is about to go, and the
    day is written again.
    """
    path = archive_directory() / f"{day.isoformat()}.jsonl.gz"
    for _ in range(DAY_TRIES):
        with transaction.atomic():
            stored = Counted(stored_rows(day))
            written = write_rows(path, merged(path, stored))
        if sum(1 for _ in read_archive(path)) != written:
            raise ArchiveError(f"{path} is not whole: the day stays in the database.")
        if drop_day(day, expected=stored.count):
            return Archived(day, path, written)
    raise ArchiveError(f"Events of {day} kept coming in: the day stays in the database.")


@transaction.atomic
def drop_day(day: date, *, expected: int) -> bool:
    """Drop a day's partition unless it holds other than `expected` events: rows are never changed, only added.

    A partition cannot be detached concurrently beside a default one, so everybody is kept out, for as long as it takes
    to count.
    """
    name = partition_name(TABLE, day)
    try:
        lock_exclusively(TABLE)
    except OperationalError as error:
        raise ArchiveError(f"The event log is busy: {day} stays in the database.") from error
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {name}")  # noqa: S608 (a name of ours)
        if cursor.fetchone()[0] != expected:
            return False
        cursor.execute(f"DROP TABLE {name}")
    return True


class Counted:
    """Rows, and how many of them were taken so far."""

    def __init__(self, rows: Iterable[dict[str, Any]]) -> None:
        self.rows, self.count = rows, 0

    def __iter__(self) -> Iterator[dict[str, Any]]:
        """The rows."""
        for row in self.rows:
            self.count += 1
            yield row


def stored_rows(day: date) -> Iterator[dict[str, Any]]:
    """The day's events in the database, as lines, in order."""
    first, after = day_bounds(day)
    events = PlatformEvent.objects.filter(id__gte=first, id__lt=after).select_related("event_type").order_by("id")
    return map(to_row, events.iterator(BATCH))


def merged(path: Path, stored: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """What an earlier file of the day holds, and what is stored, once each: a day may have come back, or come late."""
    earlier = read_archive(path) if path.exists() else ()
    previous = ""
    for row in heapq.merge(earlier, stored, key=lambda row: str(row["id"])):
        if str(row["id"]) != previous:
            yield row
        previous = str(row["id"])


def write_rows(path: Path, rows: Iterable[dict[str, Any]]) -> int:
    """Write a line for each row, then one with their count and digest; the file appears when it is complete."""
    partial = path.with_suffix(".partial")
    digest, count = hashlib.sha256(), 0
    with partial.open("wb") as raw:
        with gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as packed:
            for row in rows:
                line = json.dumps(row, cls=ExactEncoder, ensure_ascii=False).encode() + b"\n"
                digest.update(line)
                packed.write(line)
                count += 1
            packed.write(json.dumps({"events": count, "sha256": digest.hexdigest()}).encode() + b"\n")
        raw.flush()
        os.fsync(raw.fileno())
    partial.replace(path)
    return count


class ExactEncoder(DjangoJSONEncoder):
    """Times to the microsecond."""

    def default(self, o: Any) -> Any:
        """Django's encoder cuts times to milliseconds."""
        return o.isoformat() if isinstance(o, datetime) else super().default(o)


def to_row(event: PlatformEvent) -> dict[str, Any]:
    """An event as a line."""
    return {"event": event.event_type.event_name, **{name: getattr(event, name) for name in COLUMNS}}


def read_archive(path: Path) -> Iterator[dict[str, Any]]:
    """The rows of a file; raises ArchiveError at its end when it was cut short or changed."""
    digest, count, ended = hashlib.sha256(), 0, False
    try:
        with gzip.open(path, "rb") as packed:
            for line in packed:
                row = json.loads(line)
                if "sha256" in row and set(row) == {"events", "sha256"}:
                    ended = row == {"events": count, "sha256": digest.hexdigest()}
                    continue
                digest.update(line)
                count += 1
                yield row
    except (EOFError, OSError, ValueError) as error:
        raise ArchiveError(f"{path} cannot be read: {error}") from error
    if not ended:
        raise ArchiveError(f"{path} was cut short or changed.")


@transaction.atomic
def restore_events(path: Path) -> int:
    """Put a file's events back; those that are there already stay. Returns how many were missing."""
    types = {event_type.event_name: event_type.pk for event_type in EventType.objects.all()}
    restored = 0
    batch: list[PlatformEvent] = []
    days: set[date] = set()
    for row in read_archive(path):
        name = row.pop("event")
        if name not in types:
            raise ArchiveError(f"{path} holds events of the unknown type {name}.")
        created = datetime.fromisoformat(row.pop("created_at"))
        batch.append(PlatformEvent(event_type_id=types[name], created_at=created, **row))
        # The day of its id, which is where it goes; created_at may be of the next.
        day = uuid7_day(uuid.UUID(row["id"]))
        if day not in days:
            ensure_partition(TABLE, day)
            days.add(day)
        if len(batch) == BATCH:
            restored += insert(batch)
            batch = []
    restored += insert(batch)
    connection.check_constraints()
    return restored


def insert(batch: list[PlatformEvent]) -> int:
    """Add rows as they were, unless they are there; return how many were added.

    bulk_create would stamp them with the time of the restore.
    """
    if not batch:
        return 0
    fields = list(PlatformEvent._meta.local_fields)
    columns = ", ".join(str(field.column) for field in fields)
    marks = ", ".join(["%s"] * len(fields))
    rows = [[field.get_db_prep_save(getattr(event, field.attname), connection) for field in fields] for event in batch]
    with connection.cursor() as cursor:
        cursor.executemany(f"INSERT INTO {TABLE} ({columns}) VALUES ({marks}) ON CONFLICT DO NOTHING", rows)  # noqa: S608 (names of our own columns)
        return int(cursor.rowcount)
