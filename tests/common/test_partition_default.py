"""Rows that came while their day had no partition."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from structlog.testing import capture_logs

from common.partitions import (
    day_bounds,
    days_in_default,
    ensure_partitions,
    partition_name,
    partitions_of,
    registry,
    uuid7_floor,
)
from config.actors import maintain_partitions
from events.models import EventType, PlatformEvent

pytestmark = pytest.mark.django_db
TABLE = "events_platformevent"
TODAY = datetime.now(tz=UTC)


def drop_from(day: datetime) -> None:
    """The scheduler was away: nothing from that day on."""
    gone = [name for name in partitions_of(TABLE) if name >= partition_name(TABLE, day.date())]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {', '.join(gone)}")


def add_event(at: datetime) -> PlatformEvent:
    event = PlatformEvent.objects.create(
        id=uuid7_floor(at),
        event_type=EventType.objects.get(event_name="lead.created"),
        entity_type="lead",
        entity_id="lead_1",
        payload={"id": "lead_1"},
    )
    connection.check_constraints()  # as at commit: a table with checks outstanding cannot be altered
    return event


def partition_of(event: PlatformEvent) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT tableoid::regclass::text FROM {TABLE} WHERE id = %s", [event.pk])  # noqa: S608 (a constant)
        name: str = cursor.fetchone()[0]
        return name


def test_they_move_into_the_partition_that_is_made_for_them() -> None:
    drop_from(TODAY)
    yesterday, today = add_event(TODAY - timedelta(days=1)), add_event(TODAY)
    before = list(PlatformEvent.objects.order_by("id").values())
    assert partition_of(yesterday) == partition_of(today) == f"{TABLE}_default"

    created = ensure_partitions()

    assert created[:2] == [partition_name(TABLE, (TODAY - timedelta(days=back)).date()) for back in (1, 0)]
    assert len(created) == 16
    assert [partition_of(yesterday), partition_of(today)] == created[:2]
    assert list(PlatformEvent.objects.order_by("id").values()) == before
    assert days_in_default(TABLE) == []
    assert ensure_partitions() == []


def test_what_was_moved_stays_append_only_and_so_does_the_default_partition() -> None:
    drop_from(TODAY)
    moved = add_event(TODAY)
    ensure_partitions()
    stray = add_event(TODAY - timedelta(days=900))

    for event in (moved, stray):
        with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
            PlatformEvent.objects.filter(pk=event.pk).delete()
    assert PlatformEvent.objects.count() == 2


def test_the_nightly_job_drops_the_expired_all_the_same() -> None:
    drop_from(TODAY)
    event = add_event(TODAY)
    old = (TODAY - timedelta(days=31)).date()
    first, after = day_bounds(old)
    name = partition_name("authn_apicall", old)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} PARTITION OF authn_apicall FOR VALUES FROM ('{first}') TO ('{after}')")

    maintain_partitions.fn()

    assert name not in partitions_of("authn_apicall")
    assert partition_of(event) == partition_name(TABLE, TODAY.date())


@pytest.mark.django_db(transaction=True)
def test_a_table_that_fails_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    last = partitions_of(TABLE)[-1]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {last}")
    monkeypatch.setattr("common.partitions.registry", {"nowhere": 30, **registry})

    with capture_logs() as logs:
        assert ensure_partitions() == [last]

    assert [(line["event"], line["table"], line["log_level"]) for line in logs] == [
        ("partition_upkeep_failed", "nowhere", "error")
    ]
