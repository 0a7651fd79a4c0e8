"""The meter: every answered call is stored exactly once."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from redis import Redis

from authn.metering import FIELD, STREAM, Call
from authn.models import ApiCall, ApiKey, SpooledCall
from authn.services.metering import record_api_call, record_line
from billing.models import MeterCheckpoint, PartnerUsage
from billing.services import metering
from billing.services.metering import drain_spool, drain_stream, store_batch, stream_client
from common.ids import uuid7
from partners.models import Partner
from tests.conftest import make_application, make_key

HOUR = datetime(2026, 3, 1, 12, tzinfo=UTC)


def call_at(moment: datetime, **fields: Any) -> Call:
    milliseconds = int(moment.timestamp() * 1000)
    call_id = uuid.UUID(int=(milliseconds << 80) | (uuid7().int & ((1 << 80) - 1)))
    values: dict[str, Any] = {
        "partner_id": uuid.UUID(int=1), "application_id": uuid.UUID(int=2), "credential_id": None,
        "request_id": "r", "method": "GET", "route": "/api/keys", "status": 200, "duration_ms": 10.0,
        "request_bytes": 0, "response_bytes": 100, "environment": "live",
    }  # fmt: skip
    return Call(id=call_id, **{**values, **fields})


@pytest.fixture
def valkey(db: None) -> Iterator[Redis]:
    client = stream_client()
    client.delete(STREAM)
    yield client
    client.close()


def usage(metric: str) -> int:
    return int(sum(row.metric_value for row in PartnerUsage.objects.filter(metric_name=metric)))


def test_calls_become_the_log_usage_and_key_counters(valkey: Redis, acme: Partner) -> None:
    make_key(make_application(acme))
    key = ApiKey.objects.get()
    own = {"partner_id": acme.id, "application_id": key.application_id, "credential_id": key.id}
    calls = [
        call_at(HOUR + timedelta(minutes=5), **own, request_bytes=50, duration_ms=1.0),
        call_at(HOUR + timedelta(minutes=50), **own, status=404, duration_ms=3.0),
        call_at(HOUR + timedelta(minutes=55), **own, status=429),
        call_at(HOUR + timedelta(minutes=65), **own, environment="test"),
    ]
    for call in calls:
        record_line(call.encode())
    assert drain_stream(valkey) == 4
    assert drain_stream(valkey) == 0
    assert list(ApiCall.objects.order_by("id").values_list("id", flat=True)) == sorted(call.id for call in calls)
    stored = ApiCall.objects.get(id=calls[0].id)
    assert (stored.at, stored.route, stored.request_bytes) == (HOUR + timedelta(minutes=5), "/api/keys", 50)
    rows = PartnerUsage.objects.filter(environment="live")
    assert {row.metric_name: (int(row.metric_value), row.sample_count) for row in rows} == {
        "api_calls": (2, 2),
        "api_errors": (1, 1),
        "rate_limited": (1, 1),
        "data_processed": (250, 2),
        "response_time": (4, 2),
    }
    assert {row.usage_date for row in rows} == {HOUR}
    assert sum(rows.get(metric_name="response_time").histogram) == 2
    test_row = PartnerUsage.objects.get(environment="test", metric_name="api_calls")
    assert (test_row.usage_date, int(test_row.metric_value)) == (HOUR + timedelta(hours=1), 1)
    key.refresh_from_db()
    assert (key.request_count, key.last_used_at) == (4, HOUR + timedelta(minutes=65))
    assert key.events.count() == 1  # type: ignore[attr-defined]  # (pghistory's relation)


def test_usage_adds_up_over_batches(valkey: Redis) -> None:
    for _ in range(5):
        record_line(call_at(HOUR, duration_ms=2.0).encode())
    assert [drain_stream(valkey, batch=2) for _ in range(4)] == [2, 2, 1, 0]
    assert usage("api_calls") == 5
    row = PartnerUsage.objects.get(metric_name="response_time")
    assert (int(row.metric_value), sum(row.histogram), row.histogram[8]) == (10, 5, 5)


def test_figures_in_another_unit_are_left_alone(valkey: Redis) -> None:
    slot = {"partner_id": uuid.UUID(int=1), "application_id": uuid.UUID(int=2), "usage_date": HOUR}
    PartnerUsage.objects.create(**slot, metric_name="data_processed", unit="MB", metric_value=7)
    PartnerUsage.objects.create(**slot, metric_name="data_processed", unit="bytes", metric_value=40)
    record_line(call_at(HOUR).encode())
    drain_stream(valkey)
    rows = PartnerUsage.objects.filter(metric_name="data_processed")
    assert dict(rows.values_list("unit", "metric_value")) == {"MB": 7, "bytes": 140}


def test_a_batch_read_twice_counts_once(valkey: Redis) -> None:
    record_line(call_at(HOUR).encode())
    drain_stream(valkey)
    checkpoint = MeterCheckpoint.objects.get()
    assert not store_batch([call_at(HOUR)], since="0-0", until="9-9")
    assert usage("api_calls") == 1
    assert MeterCheckpoint.objects.get().last_id == checkpoint.last_id


def test_a_call_both_streamed_and_spooled_counts_once(valkey: Redis) -> None:
    twice, once, spooled = (call_at(HOUR) for _ in range(3))
    for call in (twice, once):
        record_line(call.encode())
    for call in (twice, spooled):
        SpooledCall.objects.create(id=call.id, record=call.encode())
    assert drain_spool() == 2
    assert drain_stream(valkey) == 2
    assert usage("api_calls") == 3
    assert ApiCall.objects.count() == 3
    assert not SpooledCall.objects.exists()


def test_the_stream_first_then_the_spool(valkey: Redis) -> None:
    call = call_at(HOUR)
    record_line(call.encode())
    SpooledCall.objects.create(id=call.id, record=call.encode())
    drain_stream(valkey)
    drain_spool()
    assert (usage("api_calls"), ApiCall.objects.count()) == (1, 1)


def test_a_failure_half_way_stores_nothing(valkey: Redis, monkeypatch: pytest.MonkeyPatch) -> None:
    record_line(call_at(HOUR).encode())

    def fail(calls: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patch:
        patch.setattr(metering, "count", fail)
        with pytest.raises(RuntimeError):
            drain_stream(valkey)
    assert (ApiCall.objects.count(), PartnerUsage.objects.count()) == (0, 0)
    assert drain_stream(valkey) == 1
    assert (usage("api_calls"), ApiCall.objects.count()) == (1, 1)


def test_what_cannot_be_read_is_left_out(valkey: Redis) -> None:
    valkey.xadd(STREAM, {FIELD: "nonsense"})
    valkey.xadd(STREAM, {"other": "x"})
    record_line(call_at(HOUR).encode())
    assert drain_stream(valkey) == 3
    assert ApiCall.objects.count() == 1


UNSTORABLE: list[dict[str, Any]] = [
    {"request_bytes": 10**19},
    {"request_bytes": -1},
    {"route": "/" * 201},
    {"status": 70_000},
    {"environment": "sandbox"},
]


@pytest.mark.parametrize("fields", UNSTORABLE)
def test_what_cannot_be_stored_is_set_aside(valkey: Redis, acme: Partner, fields: dict[str, Any]) -> None:
    make_key(make_application(acme))
    key = ApiKey.objects.get()
    first, last = (call_at(HOUR, credential_id=key.id) for _ in range(2))
    for call in (first, call_at(HOUR, credential_id=key.id, **fields), last):
        record_line(call.encode())
    assert [drain_stream(valkey), drain_stream(valkey)] == [3, 0]
    assert set(ApiCall.objects.values_list("id", flat=True)) == {first.id, last.id}
    assert (usage("api_calls"), usage("data_processed")) == (2, 200)
    key.refresh_from_db()
    assert key.request_count == 2


def test_what_cannot_be_stored_is_set_aside_from_the_spool_too(valkey: Redis) -> None:
    good = [call_at(HOUR) for _ in range(5)]
    record_line(good[0].encode())
    drain_stream(valkey)
    for call in (*good[:3], call_at(HOUR, request_bytes=10**19), *good[3:], call_at(HOUR, route="/" * 201)):
        SpooledCall.objects.create(id=call.id, record=call.encode())
    assert [drain_spool(), drain_spool()] == [7, 0]
    assert set(ApiCall.objects.values_list("id", flat=True)) == {call.id for call in good}
    assert usage("api_calls") == 5


def test_the_stream_is_trimmed(valkey: Redis) -> None:
    for _ in range(400):
        record_line(call_at(HOUR).encode())
    while drain_stream(valkey, batch=200):
        pass
    assert valkey.xlen(STREAM) <= 200
    assert usage("api_calls") == 400


def test_calls_of_core_services_are_logged_but_are_nobody_s_usage(valkey: Redis) -> None:
    record_line(call_at(HOUR, partner_id=None, application_id=None).encode())
    drain_stream(valkey)
    assert (ApiCall.objects.count(), PartnerUsage.objects.count()) == (1, 0)


def test_record_api_call(valkey: Redis) -> None:
    call = record_api_call(partner_id=uuid.UUID(int=1), application_id=None, endpoint="/core/leads", response_time=12.5)
    drain_stream(valkey)
    stored = ApiCall.objects.get()
    assert (stored.id, stored.route, stored.duration_ms) == (call.id, "/core/leads", 12.5)


def test_record_api_call_of_a_long_path(valkey: Redis) -> None:
    record_api_call(partner_id=uuid.UUID(int=1), application_id=None, endpoint="/" + "x" * 300, response_time=1.0)
    drain_stream(valkey)
    assert ApiCall.objects.get().route == "/" + "x" * 199


def test_today_s_calls_land_in_today_s_partition(valkey: Redis) -> None:
    record_line(call_at(datetime.now(tz=UTC)).encode())
    drain_stream(valkey)
    with connection.cursor() as cursor:
        cursor.execute("SELECT tableoid::regclass::text FROM authn_apicall")
        assert cursor.fetchone()[0] == f"authn_apicall_p{datetime.now(tz=UTC):%Y%m%d}"
