from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from authn.models import ApiCall
from common.partitions import (
    day_bounds,
    drop_expired_partitions,
    ensure_partitions,
    partition_name,
    partitions_of,
    uuid7_floor,
)

TABLE = "authn_apicall"
NOW = datetime.now(tz=UTC)


def add_partition(days_ago: int) -> str:
    """A partition as it was made that many days ago."""
    day = (NOW - timedelta(days=days_ago)).date()
    first, after = day_bounds(day)
    name = partition_name(TABLE, day)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE {name} PARTITION OF {TABLE} FOR VALUES FROM ('{first}') TO ('{after}')")
    return name


def add_call(days_ago: int) -> ApiCall:
    at = NOW - timedelta(days=days_ago)
    return ApiCall.objects.create(
        id=uuid7_floor(at), at=at, request_id="r", method="GET", route="/api/keys", status=200, duration_ms=1.0
    )


@pytest.mark.django_db
def test_partitions_are_made_two_weeks_ahead_once() -> None:
    assert ensure_partitions() == []
    ahead = [partition_name(TABLE, (NOW + timedelta(days=days)).date()) for days in range(15)]
    assert partitions_of(TABLE) == ahead
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {ahead[-1]}")
    assert ensure_partitions() == [ahead[-1]]


@pytest.mark.django_db
def test_what_is_past_its_retention_goes_wherever_it_lies() -> None:
    expired, kept = add_partition(31), add_partition(29)
    in_default = [add_call(days_ago) for days_ago in (45, 30)]
    in_partitions = [add_call(days_ago) for days_ago in (31, 29)]
    assert drop_expired_partitions() == [expired]
    assert kept in partitions_of(TABLE)
    assert set(ApiCall.objects.values_list("id", flat=True)) == {in_default[1].id, in_partitions[1].id}
