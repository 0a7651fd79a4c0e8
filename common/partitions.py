"""Tables partitioned by day on a UUIDv7 primary key.

A UUIDv7 begins with its millisecond, so a day is a range of ids: rows partition by time while the primary key stays a
single column that foreign keys and Django understand.
"""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta

from django.db import connection

# Tables that register_partitioned() named, with how many days they are kept (None: until archived by hand).
registry: dict[str, int | None] = {}


def register_partitioned(table: str, *, keep_days: int | None) -> None:
    """Have the daily job make partitions of `table` ahead and drop those older than `keep_days`."""
    registry[table] = keep_days


def uuid7_floor(moment: datetime) -> uuid.UUID:
    """Return the smallest UUIDv7 of `moment`'s millisecond; ids from it on belong to rows made at `moment` or later."""
    milliseconds = max(0, int(moment.timestamp() * 1000))
    return uuid.UUID(int=(milliseconds << 80) | (0x7 << 76) | (0b10 << 62))


def partition_name(table: str, day: date) -> str:
    """Name of the partition of `table` that holds `day`."""
    return f"{table}_p{day:%Y%m%d}"


def day_bounds(day: date) -> tuple[uuid.UUID, uuid.UUID]:
    """First id of `day` and first id of the next day, UTC."""
    start = datetime.combine(day, time.min, tzinfo=UTC)
    # Bounds compare as plain 128-bit values: clear the version and variant bits so no id of the day falls below.
    return tuple(uuid.UUID(int=int(moment.timestamp() * 1000) << 80) for moment in (start, start + timedelta(days=1)))  # type: ignore[return-value]


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
