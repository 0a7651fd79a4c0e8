"""Tables partitioned by day on a UUIDv7 primary key.

A UUIDv7 begins with its millisecond, so a day is a range of ids: rows partition by time while the primary key stays a
single column that foreign keys and Django understand.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import structlog
from django.db import DatabaseError, OperationalError, connection, transaction

from common.ids import uuid7_time

LOCK_WAIT_MS = 400
LOCK_PAUSE_SECONDS = 0.6
LOCK_TRIES = 60

logger = structlog.get_logger(__name__)

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
    start = datetime(day.year, day.month, day.day, tzinfo=UTC)
    # Bounds compare as plain 128-bit values: clear the version and variant bits so no id of the day falls below.
    moments = (start, start + timedelta(days=1))
    first, after = (uuid.UUID(int=int(moment.timestamp() * 1000) << 80) for moment in moments)
    return first, after


def ensure_partitions(*, ahead_days: int = 14) -> list[str]:
    """Create the missing daily partitions; return their names.

    From today to `ahead_days` from now, and of every day that has rows in the default one: those came while nobody made
    partitions, or before any did.
    """
    today = datetime.now(tz=UTC).date()
    ahead = {today + timedelta(days=offset) for offset in range(ahead_days + 1)}

    def work(table: str, keep_days: int | None) -> list[str]:
        names = [ensure_partition(table, day) for day in sorted({*ahead, *days_in_default(table)})]
        return [name for name in names if name is not None]

    return for_each_table(work)


def ensure_partition(table: str, day: date) -> str | None:
    """Create the partition of `table` that holds `day`; return its name, None when there is one."""
    name = partition_name(table, day)
    first, after = day_bounds(day)
    bounds = f"FOR VALUES FROM ('{first}') TO ('{after}')"
    within = f"WHERE id >= '{first}' AND id < '{after}'"
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass(%s)", [name])
        if cursor.fetchone()[0] is not None:
            return None
        lock_exclusively(table)
        cursor.execute(f"SELECT EXISTS (SELECT FROM {table}_default {within})")  # noqa: S608 (names from the registry)
        if cursor.fetchone()[0]:
            # PostgreSQL makes no partition whose rows are in the default one. Moving is not deleting: an append-only
            # table's trigger, and any other of a row, stays out of it.
            cursor.execute(f"CREATE TABLE {name} (LIKE {table} INCLUDING ALL)")
            cursor.execute(f"ALTER TABLE {table}_default DISABLE TRIGGER USER")
            cursor.execute(
                f"WITH moved AS (DELETE FROM {table}_default {within} RETURNING *) INSERT INTO {name} TABLE moved"  # noqa: S608 (as above)
            )
            cursor.execute(f"ALTER TABLE {table}_default ENABLE TRIGGER USER")
            cursor.execute(f"ALTER TABLE {table} ATTACH PARTITION {name} {bounds}")
        else:
            cursor.execute(f"CREATE TABLE {name} PARTITION OF {table} {bounds}")
    return name


def drop_expired_partitions() -> list[str]:
    """Drop daily partitions past their table's retention; return their names.

    Rows that missed their day's partition are in the default one, from where they are deleted.
    """
    today = datetime.now(tz=UTC).date()

    def work(table: str, keep_days: int | None) -> list[str]:
        if keep_days is None:
            return []
        oldest_kept = today - timedelta(days=keep_days)
        expired = [name for name in partitions_of(table) if name < partition_name(table, oldest_kept)]
        with connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table}_default WHERE id < %s", [day_bounds(oldest_kept)[0]])  # noqa: S608 (as above)
            if expired:
                with transaction.atomic():
                    lock_exclusively(table)
                    cursor.execute(f"DROP TABLE {', '.join(expired)}")
        return expired

    return for_each_table(work)


def for_each_table(work: Callable[[str, int | None], list[str]]) -> list[str]:
    """What `work(table, keep_days)` names, over all tables. One that fails is logged and does not stop the others."""
    names = []
    for table, keep_days in registry.items():
        try:
            names += work(table, keep_days)
        except DatabaseError:
            logger.exception("partition_upkeep_failed", table=table)
    return names


def lock_exclusively(table: str) -> None:
    """Keep everybody else out of `table` until the open transaction ends; raises OperationalError when it is too busy.

    Whoever waits for such a lock makes all who come later wait behind it. So each try waits but shortly, and lets them
    pass before the next.
    """
    for tries_left in reversed(range(LOCK_TRIES)):
        try:
            with transaction.atomic(), connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL lock_timeout = {LOCK_WAIT_MS}")
                cursor.execute(f"LOCK TABLE ONLY {table} IN ACCESS EXCLUSIVE MODE")
                cursor.execute("SET LOCAL lock_timeout TO DEFAULT")
        except OperationalError:
            if not tries_left:
                raise
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return


def days_in_default(table: str) -> list[date]:
    """The days whose rows have no partition of their own, oldest first."""
    days: list[date] = []
    after = uuid.UUID(int=0)
    with connection.cursor() as cursor:
        while True:
            cursor.execute(f"SELECT id FROM {table}_default WHERE id >= %s ORDER BY id LIMIT 1", [after])  # noqa: S608 (as above)
            row = cursor.fetchone()
            if row is None:
                return days
            days.append(uuid7_day(row[0]))
            after = day_bounds(days[-1])[1]


def partitions_of(table: str) -> list[str]:
    """Names of the daily partitions of `table`, oldest first."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT inhrelid::regclass::text FROM pg_inherits WHERE inhparent = %s::regclass ORDER BY 1", [table]
        )
        return [name for (name,) in cursor.fetchall() if name.startswith(f"{table}_p")]
