"""Tables partitioned by day on a UUIDv7 primary key.

A UUIDv7 begins with its millisecond, so a day is a range of ids: rows partition by time while the primary key stays a
single column that foreign keys and Django understand.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection

from common.ids import uuid7_time

# Tables that register_partitioned() named, with how many days they are kept (None: until archived by hand).
registry: dict[str, int | None] = {}


def register_partitioned(table: str, *, keep_days: int | None) -> None:
    """Have the daily job make partitions of `table` ahead and drop those older than `keep_days`."""
    registry[table] = keep_days


def uuid7_floor(moment: datetime) -> uuid.UUID:
    """Return the smallest UUIDv7 of `moment`'s millisecond; ids from it on belong to rows made at `moment` or later."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (0b10 << 62))


def uuid7_day(key: uuid.UUID) -> date:
    """The day (UTC) whose partition holds `key`."""
    return uuid7_time(key).date()


def partition_name(table: str, day: date) -> str:
    """Name of the partition of `table` that holds `day`."""
    return f"{table}_p{day:%Y%m%d}"


def day_bounds(day: date) -> tuple[uuid.UUID, uuid.UUID]:
    """First id of `day` and first id of the next day, UTC."""
    start = datetime.combine(day, time.min, tzinfo=UTC)
    # Bounds compare as plain 128-bit values: clear the version and variant bits so no id of the day falls below.
    moments = (start, start + timedelta(days=1))
    first, after = (uuid.UUID(int=int(moment.timestamp() * 1000) << 80) for moment in moments)
    return first, after


def ensure_partitions(*, ahead_days: int = 14) -> list[str]:
    """Create the missing daily partitions from today to `ahead_days` from now; return their names."""
    today = datetime.now(tz=UTC).date()
    created = []
    with connection.cursor() as cursor:
        for table in registry:
            for offset in range(ahead_days + 1):
                name = partition_name(table, today + timedelta(days=offset))
                cursor.execute("SELECT to_regclass(%s)", [name])
                if cursor.fetchone()[0] is None:
                    first, after = day_bounds(today + timedelta(days=offset))
                    cursor.execute(
                        f"CREATE TABLE {name} PARTITION OF {table} FOR VALUES FROM ('{first}') TO ('{after}')"
                    )
                    created.append(name)
    return created


def drop_expired_partitions() -> list[str]:
    """Drop daily partitions past their table's retention; return their names.

    Rows that missed their day's partition are in the default one, from where they are deleted.
    """
    today = datetime.now(tz=UTC).date()
    dropped = []
    with connection.cursor() as cursor:
        for table, keep_days in registry.items():
            if keep_days is None:
                continue
            oldest_kept = today - timedelta(days=keep_days)
            for name in partitions_of(table):
                if name < partition_name(table, oldest_kept):
                    cursor.execute(f"DROP TABLE {name}")
                    dropped.append(name)
            cursor.execute(f"DELETE FROM {table}_default WHERE id < %s", [day_bounds(oldest_kept)[0]])  # noqa: S608 (names from the registry)
    return dropped


def partitions_of(table: str) -> list[str]:
    """Names of the daily partitions of `table`, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1", [table]
        )
        return [name for (name,) in cursor.fetchall() if name.startswith(f"{table}_p")]
