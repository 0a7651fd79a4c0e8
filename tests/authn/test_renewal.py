"""Snapshots in use are read again together, before their time is over."""

from __future__ import annotations

import time
from collections.abc import Callable
from threading import Thread
from typing import Any

import pytest
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn import gate
from authn.credentials import Location
from authn.models import ApiKey
from authn.snapshots import DUE_SHARE, renewing, snapshots
from tests.conftest import make_key

Api = Callable[..., APIClient]


@pytest.fixture
def warm_keys(api: Api, application: PartnerApplication) -> list[str]:
    """Three keys in use."""
    keys = [make_key(application) for _ in range(3)]
    for key in keys:
        for _ in range(4):
            assert api(key).get("/api/keys").status_code == 200
    return keys


def age(share: float, settings: Settings) -> None:
    """Let all snapshots have lived that share of their lives."""
    for snapshot in snapshots.values():
        snapshot.read_at = time.monotonic() - share * settings.CREDENTIAL_SNAPSHOT_SECONDS


def test_one_query_renews_all_that_are_in_use(
    warm_keys: list[str], settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    age(DUE_SHARE, settings)
    with django_assert_num_queries(1):
        assert all(gate.expect(key, address=lambda: None) for key in warm_keys)
    assert all(snapshot.age < settings.CREDENTIAL_SNAPSHOT_SECONDS / 2 for snapshot in snapshots.values())
    assert not any(snapshot.in_use for snapshot in snapshots.values()), "who does not call again is not read again"


def test_what_nobody_used_is_left_to_end(warm_keys: list[str], settings: Settings) -> None:
    gate.expect(warm_keys[0], address=lambda: None)
    idle = snapshots[gate.digest_of(warm_keys[1])]
    idle.in_use = False
    age(DUE_SHARE, settings)
    assert gate.expect(warm_keys[0], address=lambda: None) is not None
    assert snapshots[gate.digest_of(warm_keys[1])] is idle
    age(1, settings)
    assert gate.expect(warm_keys[1], address=lambda: None) is None


def test_a_key_found_revoked_is_refused(api: Api, warm_keys: list[str], settings: Settings) -> None:
    """Nobody was told: the message got lost."""
    ApiKey.objects.filter(last_four=warm_keys[1][-4:]).update(status="revoked")
    age(DUE_SHARE, settings)
    assert api(warm_keys[0]).get("/api/keys").status_code == 200
    assert api(warm_keys[1]).get("/api/keys").status_code == 401
    assert api(warm_keys[2]).get("/api/keys").status_code == 200


def test_a_change_that_was_told_during_the_reading_holds(
    api: Api, warm_keys: list[str], settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reading saw the key as it was: the epoch it was known by is over, so it counts for nothing."""
    owner = snapshots[gate.digest_of(warm_keys[0])].credential.owner_id
    read_all = Location.read_all

    def reading(locations: Any) -> Any:
        found = read_all(locations)
        ApiKey.objects.update(status="revoked")
        gate.forget(owner)
        return found

    monkeypatch.setattr(Location, "read_all", staticmethod(reading))
    age(DUE_SHARE, settings)
    assert [api(key).get("/api/keys").status_code for key in warm_keys] == [401, 401, 401]


def test_one_thread_renews_and_nobody_waits_for_it(warm_keys: list[str], settings: Settings) -> None:
    age(DUE_SHARE, settings)
    found: list[Any] = []
    with renewing:
        other = Thread(target=lambda: found.append(gate.expect(warm_keys[0], address=lambda: None)))
        other.start()
        other.join(5)
    assert found[0] is snapshots[gate.digest_of(warm_keys[0])], "it is not over yet"
    assert found[0].age >= DUE_SHARE * settings.CREDENTIAL_SNAPSHOT_SECONDS


def test_the_credentials_of_a_partner_share_a_limit(
    api: Api, application: PartnerApplication, settings: Settings
) -> None:
    settings.TIERS = {**settings.TIERS, "premium": {**settings.TIERS["premium"], "partner_rate_limit": 10}}
    one, other = make_key(application), make_key(application)
    answers = [api(key).get("/api/keys") for _ in range(6) for key in (one, other)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429] * 2
    assert answers[0]["X-RateLimit-Limit"] == "10", "the figures are those of the tighter bucket"
    assert answers[-1]["X-RateLimit-Remaining"] == "0"
    assert int(answers[-1]["Retry-After"]) > 300
    assert "all credentials of its partner" in answers[-1].json()["detail"]
