"""Old days of the event log."""

from __future__ import annotations

import gzip
import threading
import uuid
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from common.partitions import ensure_partition, partition_name, partitions_of, uuid7_floor
from events.actors import archive_old_events
from events.models import EventType, PlatformEvent
from events.services import archive
from events.services.archive import TABLE, ArchiveError, archive_events, read_archive, to_row
from events.services.publishing import publish_event

pytestmark = pytest.mark.django_db

DAY = datetime(2020, 5, 17, 10, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def old_events(settings: Any, tmp_path: Path) -> list[PlatformEvent]:
    """Three events of a day long ago, in its partition."""
    settings.DATA_DIR = tmp_path
    ensure_partition(TABLE, DAY.date())
    return [add_event(DAY + timedelta(minutes=number)) for number in range(3)]


def add_event(at: datetime) -> PlatformEvent:
    """An event as it was made at that time."""
    event = PlatformEvent(
        id=uuid.UUID(int=uuid7_floor(at).int + 1),
        event_type=EventType.objects.get(event_name="lead.created"),
        entity_type="lead",
        entity_id="lead_1",
        payload={"id": "lead_1", "big": 1e300, "half": 0.5, "text": "Zoë 🎉"},
    )
    PlatformEvent.objects.bulk_create([event])
    # The foreign key is checked at commit; a table with checks outstanding cannot be dropped in the same transaction.
    connection.check_constraints()
    return event


def rows() -> list[dict[str, Any]]:
    return [dict(row) for row in PlatformEvent.objects.order_by("id").values()]


def run(*args: str) -> str:
    output = StringIO()
    call_command("archive_events", *args, stdout=output)
    return output.getvalue()


def test_a_day_leaves_and_comes_back_as_it_was(old_events: list[PlatformEvent], tmp_path: Path) -> None:
    before = rows()
    path = tmp_path / "archive" / "events" / "2020-05-17.jsonl.gz"

    said = run("--older-than", "30")

    assert said == f"2020-05-17: 3 events in {path}\n"
    assert partition_name(TABLE, DAY.date()) not in partitions_of(TABLE)
    assert rows() == []
    assert run("--restore", str(path)) == "3 events restored.\n"
    assert rows() == before
    assert run("--restore", str(path)) == "0 events restored.\n"


def test_what_is_young_enough_stays(old_events: list[PlatformEvent]) -> None:
    days = (datetime.now(tz=UTC) - DAY).days + 1

    assert run("--older-than", str(days)) == ""
    assert PlatformEvent.objects.count() == 3


@pytest.mark.parametrize("damage", ["cut", "changed", "garbage"])
def test_a_damaged_archive_restores_nothing(old_events: list[PlatformEvent], tmp_path: Path, damage: str) -> None:
    run("--older-than", "30")
    path = tmp_path / "archive" / "events" / "2020-05-17.jsonl.gz"
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(
        {
            "cut": gzip.compress(b"".join(lines[:2])),
            "changed": gzip.compress(b"".join([lines[0].replace(b"lead_1", b"lead_2"), *lines[1:]])),
            "garbage": b"not gzip",
        }[damage]
    )

    with pytest.raises(CommandError):
        run("--restore", str(path))

    assert not PlatformEvent.objects.exists()


def test_the_nightly_job_keeps_to_the_settings(old_events: list[PlatformEvent], tmp_path: Path, settings: Any) -> None:
    path = tmp_path / "archive" / "events" / "2020-05-17.jsonl.gz"
    settings.EVENT_ARCHIVE_DAILY = False
    archive_old_events.fn()
    assert (len(rows()), path.exists()) == (3, False)
    settings.EVENT_ARCHIVE_DAILY = True
    archive_old_events.fn()
    assert (len(rows()), path.exists()) == (0, True)
    assert run("--restore", str(path)) == "3 events restored.\n"
    assert len(rows()) == 3


def in_file(path: Path) -> list[str]:
    return [row["id"] for row in read_archive(path)]


def ids(*events: PlatformEvent) -> list[str]:
    return [str(event.pk) for event in events]


@pytest.mark.django_db(transaction=True)
def test_nobody_waits_while_a_day_is_written_and_what_comes_late_is_in_it(
    old_events: list[PlatformEvent], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    writing, go_on = threading.Event(), threading.Event()

    def slow(event: PlatformEvent) -> dict[str, Any]:
        writing.set()
        assert go_on.wait(30)
        return to_row(event)

    def run_elsewhere() -> None:
        try:
            archive_events(older_than_days=30)
        finally:
            connection.close()

    monkeypatch.setattr(archive, "to_row", slow)
    archiver = threading.Thread(target=run_elsewhere)
    archiver.start()
    assert writing.wait(30)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL lock_timeout = 2000")
        assert PlatformEvent.objects.count() == 3
        today = publish_event(event_name="lead.created", entity_type="lead", entity_id="l", payload={"id": "l"})
        late = add_event(DAY + timedelta(minutes=1, seconds=30))
    go_on.set()
    archiver.join()

    assert [event.pk for event in PlatformEvent.objects.all()] == [today.pk]
    path = tmp_path / "archive" / "events" / "2020-05-17.jsonl.gz"
    assert in_file(path) == ids(old_events[0], old_events[1], late, old_events[2])


@pytest.mark.django_db(transaction=True)
def test_a_day_stays_while_the_log_is_too_busy_to_drop_it(
    old_events: list[PlatformEvent], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("common.partitions.LOCK_TRIES", 2)
    monkeypatch.setattr("common.partitions.LOCK_PAUSE_SECONDS", 0.01)
    reading, go_on = threading.Event(), threading.Event()

    def read_on() -> None:
        with transaction.atomic():
            PlatformEvent.objects.count()
            reading.set()
            go_on.wait(30)
        connection.close()

    reader = threading.Thread(target=read_on)
    reader.start()
    assert reading.wait(30)
    with pytest.raises(ArchiveError, match="busy"):
        archive_events(older_than_days=30)
    go_on.set()
    reader.join()

    assert PlatformEvent.objects.count() == 3
    assert [one.events for one in archive_events(older_than_days=30)] == [3]
    assert PlatformEvent.objects.count() == 0


def test_what_comes_for_an_archived_day_joins_its_file(old_events: list[PlatformEvent], tmp_path: Path) -> None:
    path = tmp_path / "archive" / "events" / "2020-05-17.jsonl.gz"
    run("--older-than", "30")
    late = add_event(DAY + timedelta(seconds=30))

    assert run("--older-than", "30") == f"2020-05-17: 4 events in {path}\n"

    assert rows() == []
    assert in_file(path) == ids(old_events[0], late, *old_events[1:])
    assert run("--restore", str(path)) == "4 events restored.\n"


def test_a_restore_says_how_many_it_put_back_and_makes_the_day_of_their_ids(settings: Any, tmp_path: Path) -> None:
    settings.DATA_DIR = tmp_path
    midnight = datetime(2020, 5, 18, tzinfo=UTC)
    first = add_event(midnight - timedelta(milliseconds=2))
    # Written a moment after its id was made: on the next day.
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {TABLE} DISABLE TRIGGER USER")
        cursor.execute(f"UPDATE {TABLE} SET created_at = %s", [midnight])  # noqa: S608 (a constant)
        connection.check_constraints()
        cursor.execute(f"ALTER TABLE {TABLE} ENABLE TRIGGER USER")
    path = tmp_path / "archive" / "events" / "2020-05-17.jsonl.gz"
    assert run("--older-than", "30") == f"2020-05-17: 1 events in {path}\n"
    second = add_event(midnight - timedelta(milliseconds=1))
    run("--older-than", "30")
    add_event(midnight - timedelta(milliseconds=1))

    assert run("--restore", str(path)) == "1 events restored.\n"

    assert sorted(str(row["id"]) for row in rows()) == ids(first, second)
    days = [name for name in partitions_of(TABLE) if name < partition_name(TABLE, datetime.now(tz=UTC).date())]
    assert days == [partition_name(TABLE, midnight.date() - timedelta(days=1))]
