"""Without Valkey: keys are checked in PostgreSQL, limits hold per process, and every call is kept."""

from __future__ import annotations

from collections.abc import Callable

from rest_framework.test import APIClient

from authn.limits import local_buckets
from authn.metering import decode
from authn.models import ApiKey, SpooledCall

Api = Callable[..., APIClient]


def test_a_key_works_and_its_calls_are_kept(api: Api, acme_key: str, valkey_away: None) -> None:
    ApiKey.objects.update(rate_limit=100)
    for _ in range(3):
        response = api(acme_key).get("/api/keys")
        assert response.status_code == 200
    assert response["X-RateLimit-Remaining"] == "97"
    calls = [decode(row.record) for row in SpooledCall.objects.all()]
    assert [call.status for call in calls] == [200, 200, 200]
    assert [row.id for row in SpooledCall.objects.all()] == [call.id for call in calls]


def test_a_revocation_holds_at_once(api: Api, acme_key: str, valkey_away: None) -> None:
    assert api(acme_key).get("/api/keys").status_code == 200
    ApiKey.objects.update(status="revoked")
    assert api(acme_key).get("/api/keys").status_code == 401


def test_the_local_bucket_refuses(api: Api, acme_key: str, valkey_away: None) -> None:
    local_buckets.states.clear()
    ApiKey.objects.update(rate_limit=2)
    assert [api(acme_key).get("/api/keys").status_code for _ in range(3)] == [200, 200, 429]


def test_revoking_does_not_fail(api: Api, acme_key: str, alice: object, valkey_away: None) -> None:
    key = ApiKey.objects.get()
    assert api(alice).delete(f"/api/keys/{key.id}").status_code == 204
    key.refresh_from_db()
    assert key.status == "revoked"
