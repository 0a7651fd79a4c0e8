"""Old days of the event log."""

from __future__ import annotations

import gzip
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from common.partitions import partition_name, partitions_of, uuid7_floor
from events.actors import archive_old_events
from events.models import EventType, PlatformEvent
from events.services.archive import TABLE, ensure_day

pytestmark = pytest.mark.django_db

DAY = datetime(2020, 5, 17, 10, 30, 0, 123456, tzinfo=UTC)


@pytest.fixture
def old_events(settings: Any, tmp_path: Path) -> list[PlatformEvent]:
    """Three events of a day long ago, in its partition."""
    settings.DATA_DIR = tmp_path
    ensure_day(DAY.date())
    lead = EventType.objects.get(event_name="lead.created")
    events = []
    for number in range(3):
        event_id = uuid7_floor(DAY + timedelta(minutes=number)).int + 1
        payload = {"id": "lead_1", "big": 1e300, "half": 0.5, "text": "Zoë 🎉"}
        events.append(
            PlatformEvent(
                id=type(lead.id)(int=event_id), event_type=lead, entity_type="lead", entity_id="lead_1", payload=payload
            )
        )
    PlatformEvent.objects.bulk_create(events)
    # The foreign key is checked at commit; a table with checks outstanding cannot be dropped in the same transaction.
    connection.check_constraints()
    return events


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
