"""Safe requests with a warm key: worked out first, and seen only by whoever the gate lets through."""

from __future__ import annotations

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from authn import gate, valkey
from authn.api.views import ApiKeyViewSet
from authn.limits import TAKE_AND_RECORD
from authn.metering import FIELD, STREAM, decode
from authn.models import ApiKey, SpooledCall
from authn.snapshots import Snapshot
from tests.authn.conftest import forget_connections, metered_calls

Api = Callable[..., APIClient]


@pytest.fixture
def warm_key(api: Api, acme_key: str, empty_stream: None) -> str:
    """A key whose next safe request is worked out first."""
    for _ in range(3):
        assert api(acme_key).get("/api/keys").status_code == 200
    assert gate.expect(acme_key, address=lambda: None) is not None
    valkey.command("DEL", STREAM)
    return acme_key


@pytest.fixture
def meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], list[int]]:
    """Has something happen each time the list of keys is read; answers the list that counts the readings."""

    def arrange(happen: Callable[[], Any]) -> list[int]:
        readings: list[int] = []
        read = ApiKeyViewSet.list

        def reading(self: ApiKeyViewSet, *args: Any, **kwargs: Any) -> Any:
            response = read(self, *args, **kwargs)
            readings.append(len(readings) + 1)
            happen()
            return response

        monkeypatch.setattr(ApiKeyViewSet, "list", reading)
        return readings

    return arrange


def owner_of(key: str) -> Any:
    snapshot = gate.expect(key, address=lambda: None)
    assert snapshot is not None
    return snapshot.credential.owner_id


def processed() -> int:
    """How often Valkey read from a client so far."""
    stats = valkey.command("INFO", "stats").decode()
    return int(re.findall(r"total_reads_processed:(\d+)", stats)[0])


def test_one_round_trip_lets_it_through_and_meters_it(api: Api, warm_key: str) -> None:
    before = processed()
    answer = api(warm_key).get("/api/keys")
    assert processed() - before == 2, "the script, and the one that asks"
    assert answer.status_code == 200
    (call,) = metered_calls()
    assert (call.status, call.method, call.route) == (200, "GET", "/api/keys")
    assert call.response_bytes == len(answer.content)
    assert call.request_id == answer["X-Request-Id"]


def test_revoked_while_it_was_worked_out(api: Api, warm_key: str, meanwhile: Any) -> None:
    owner = owner_of(warm_key)

    def revoke() -> None:
        ApiKey.objects.update(status="revoked")
        gate.forget(owner)

    readings = meanwhile(revoke)
    answer = api(warm_key).get("/api/keys")
    assert answer.status_code == 401
    assert answer.json()["code"] == "invalid_credential"
    assert "X-RateLimit-Limit" not in answer
    assert readings == [1]
    assert metered_calls() == []


def test_changed_while_it_was_worked_out(api: Api, warm_key: str, meanwhile: Any) -> None:
    owner = owner_of(warm_key)

    def withdraw() -> None:
        ApiKey.objects.update(scopes=["read:leads"])
        gate.forget(owner)

    readings = meanwhile(withdraw)
    answer = api(warm_key).get("/api/keys")
    assert answer.status_code == 403
    assert answer.json()["code"] == "insufficient_scope"
    assert readings == [1]
    assert [call.status for call in metered_calls()] == [403]


def test_used_up_while_it_was_worked_out(api: Api, warm_key: str, meanwhile: Any) -> None:
    snapshot = gate.expect(warm_key, address=lambda: None)
    assert snapshot is not None
    readings = meanwhile(lambda: valkey.command("EVAL", DRAIN, 1, snapshot.keys[1], snapshot.capacities[0]))
    answers = [api(warm_key).get("/api/keys") for _ in range(3)]
    assert [answer.status_code for answer in answers] == [429, 429, 429]
    assert answers[0].json()["code"] == "rate_limited"
    assert answers[0]["X-RateLimit-Remaining"] == "0"
    assert readings == [1], "who was refused waits outside from then on"
    assert [call.status for call in metered_calls()] == [429, 429, 429]


DRAIN = """
local time = redis.call('TIME')
return redis.call('SET', KEYS[1], struct.pack('dd', tonumber(ARGV[1]), time[1] + time[2] / 1000000))
"""


def test_valkey_goes_away_while_it_was_worked_out(api: Api, warm_key: str, meanwhile: Any, settings: Settings) -> None:
    working = settings.REDIS_URL

    def cut() -> None:
        settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
        forget_connections()

    readings = meanwhile(cut)
    try:
        assert api(warm_key).get("/api/keys").status_code == 200
    finally:
        settings.REDIS_URL = working
        forget_connections()
    assert readings == [1, 2]
    assert [decode(row.record).status for row in SpooledCall.objects.all()] == [200]
    assert metered_calls() == []


def test_a_call_that_is_tried_twice_keeps_its_id(api: Api, warm_key: str, meanwhile: Any, settings: Settings) -> None:
    """Valkey did as it was told, and its answer was lost."""
    working = settings.REDIS_URL
    snapshot = gate.expect(warm_key, address=lambda: None)
    assert snapshot is not None
    lines: list[str] = []
    confirm = gate.confirm

    def lose(snapshot: Snapshot, line: str) -> Any:
        assert confirm(snapshot, line) is not None
        lines.append(line)
        settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
        forget_connections()

    patch = pytest.MonkeyPatch()
    patch.setattr("authn.middleware.confirm", lose)
    try:
        assert api(warm_key).get("/api/keys").status_code == 200
    finally:
        patch.undo()
        settings.REDIS_URL = working
        forget_connections()
    (spooled,) = SpooledCall.objects.all()
    (call,) = metered_calls()
    assert call == decode(lines[0])
    assert spooled.id == call.id


def test_the_last_tokens_are_given_out_once(api: Api, warm_key: str) -> None:
    snapshot = gate.expect(warm_key, address=lambda: None)
    assert snapshot is not None
    valkey.command("EVAL", DRAIN, 1, snapshot.keys[1], snapshot.capacities[0] - 5)

    def confirmed(number: int) -> bool:
        return gate.confirm(snapshot, f"line {number}") is not None

    with ThreadPoolExecutor(8) as pool:
        taken = list(pool.map(confirmed, range(40)))
    assert sum(taken) == 5
    entries = valkey.command("XRANGE", STREAM, "-", "+")
    lines = [fields[fields.index(FIELD.encode()) + 1].decode() for _, fields in entries]
    assert sorted(lines) == sorted(f"line {number}" for number, passed in enumerate(taken) if passed)


def test_unsafe_methods_pass_the_gate_first(api: Api, warm_key: str) -> None:
    ApiKey.objects.update(status="revoked")
    gate.forget(owner_of(warm_key))
    assert api(warm_key).post("/api/keys", {}).status_code == 401


def test_a_call_completed_later_is_the_call_packed_at_once() -> None:
    keys = ["a", "b", "c"]
    later = valkey.with_last(TAKE_AND_RECORD.call_but_last(keys, "epoch", 5), "zeile ä".encode())
    assert later == TAKE_AND_RECORD.call(keys, "epoch", 5, "zeile ä")
