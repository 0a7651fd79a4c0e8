"""POST /api/keys/{id}/rotate and /end-overlap."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.models import ApiKey
from authn.services.keys import LONGEST_LIFE
from partners.models import User
from tests.conftest import make_key

Api = Callable[..., APIClient]


@pytest.mark.parametrize("hours", [0, 1, 24, 168, 720])
def test_the_overlap_is_the_caller_s_choice(api: Api, alice: User, acme_key: str, hours: int) -> None:
    old = ApiKey.objects.get()
    response = api(alice).post(f"/api/keys/{old.id}/rotate", {"overlapHours": hours})
    assert response.status_code == 200
    data = response.json()["data"]
    new = ApiKey.objects.get(id=data["id"])
    old.refresh_from_db()
    assert (old.status, old.successor_id, new.status) == ("rotated", new.id, "active")
    assert old.overlap_ends_at is not None
    assert abs(old.overlap_ends_at - timezone.now() - timedelta(hours=hours)) < timedelta(seconds=30)
    assert (new.scopes, new.rate_limit, new.environment) == (old.scopes, old.rate_limit, old.environment)
    assert new.bucket_id == old.bucket_id
    assert api(data["fullKey"]).get("/api/keys").status_code == 200
    assert api(acme_key).get("/api/keys").status_code == (200 if hours else 401)


def test_a_day_of_overlap_unless_said_otherwise(api: Api, alice: User, acme_key: str) -> None:
    old = ApiKey.objects.get()
    assert api(alice).post(f"/api/keys/{old.id}/rotate").status_code == 200
    old.refresh_from_db()
    assert old.overlap_ends_at is not None
    assert old.overlap_ends_at > timezone.now() + timedelta(hours=23)


def test_both_keys_draw_on_one_bucket(api: Api, alice: User, acme_key: str) -> None:
    ApiKey.objects.update(rate_limit=10)
    old = ApiKey.objects.get()
    new_key = api(alice).post(f"/api/keys/{old.id}/rotate").json()["data"]["fullKey"]
    assert api(acme_key).get("/api/keys")["X-RateLimit-Remaining"] == "9"
    assert api(new_key).get("/api/keys")["X-RateLimit-Remaining"] == "8"


def test_the_overlap_ends_early(api: Api, alice: User, acme_key: str) -> None:
    old = ApiKey.objects.get()
    early = api(alice).post(f"/api/keys/{old.id}/end-overlap")
    assert (early.status_code, early.json()["code"]) == (409, "active_to_overlap_ended")
    api(alice).post(f"/api/keys/{old.id}/rotate")
    assert api(alice).post(f"/api/keys/{old.id}/end-overlap").status_code == 200
    assert api(acme_key).get("/api/keys").status_code == 401
    assert api(alice).post(f"/api/keys/{old.id}/end-overlap").status_code == 409


@pytest.mark.parametrize("hours", [2, -1, "soon"])
def test_other_overlaps_are_refused(api: Api, alice: User, acme_key: str, hours: Any) -> None:
    old = ApiKey.objects.get()
    response = api(alice).post(f"/api/keys/{old.id}/rotate", {"overlapHours": hours})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "overlapHours")
    assert ApiKey.objects.count() == 1


def test_only_an_active_key_rotates(api: Api, alice: User, acme_key: str) -> None:
    old = ApiKey.objects.get()
    api(alice).post(f"/api/keys/{old.id}/rotate")
    again = api(alice).post(f"/api/keys/{old.id}/rotate")
    assert (again.status_code, again.json()["code"]) == (409, "rotated_to_rotated")
    api(alice).delete(f"/api/keys/{old.id}")
    assert api(alice).post(f"/api/keys/{old.id}/rotate").json()["code"] == "revoked_to_rotated"
    assert ApiKey.objects.count() == 2


def test_a_key_with_a_term_gets_the_same_term_again(api: Api, alice: User, acme_key: str) -> None:
    ApiKey.objects.update(
        created_at=timezone.now() - timedelta(days=80), expires_at=timezone.now() + timedelta(days=10)
    )
    old = ApiKey.objects.get()
    data = api(alice).post(f"/api/keys/{old.id}/rotate").json()["data"]
    expires_at = ApiKey.objects.get(id=data["id"]).expires_at
    assert expires_at is not None
    assert abs(expires_at - timezone.now() - timedelta(days=90)) < timedelta(minutes=1)


def test_a_key_that_ends_with_the_calendar_rotates(api: Api, alice: User, acme_key: str) -> None:
    ApiKey.objects.update(expires_at=datetime.max.replace(tzinfo=UTC))
    old = ApiKey.objects.get()
    response = api(alice).post(f"/api/keys/{old.id}/rotate")
    assert response.status_code == 200
    expires_at = ApiKey.objects.get(predecessor=old).expires_at
    assert expires_at is not None
    assert abs(expires_at - timezone.now() - LONGEST_LIFE) < timedelta(minutes=1)


def test_a_lesser_key_cannot_get_hold_of_a_greater_one(
    api: Api, acme_key: str, application: PartnerApplication
) -> None:
    greater = ApiKey.objects.get()
    lesser = make_key(application, scopes=frozenset({"manage:keys"}))
    response = api(lesser).post(f"/api/keys/{greater.id}/rotate")
    assert (response.status_code, response.json()["code"]) == (403, "scope_exceeds_credential")
    test_key = make_key(application, environment="test")
    response = api(test_key).post(f"/api/keys/{greater.id}/rotate")
    assert (response.status_code, response.json()["code"]) == (403, "test_credential")
    greater.refresh_from_db()
    assert greater.status == "active"


def test_a_key_rotates_itself_whatever_is_withheld_from_it(
    api: Api, acme_key: str, application: PartnerApplication
) -> None:
    old = ApiKey.objects.get()
    application.approved_permissions.remove("write:leads")
    application.save()
    new_key = api(acme_key).post(f"/api/keys/{old.id}/rotate").json()["data"]["fullKey"]
    assert api(new_key).post(f"/api/keys/{old.id}/end-overlap").status_code == 200
    lesser = make_key(application, scopes=frozenset({"manage:keys"}))
    refused = api(lesser).post(f"/api/keys/{ApiKey.objects.get(predecessor=old).id}/rotate")
    assert (refused.status_code, refused.json()["code"]) == (403, "scope_exceeds_credential")
    assert ApiKey.objects.count() == 3


def test_a_stranger_gets_404(api: Api, acme_key: str, charlie: User, globex_key: str) -> None:
    key = ApiKey.objects.get(partner__partner_name="Acme Insurance Tech")
    for caller in (charlie, globex_key):
        for call in (
            api(caller).post(f"/api/keys/{key.id}/rotate"),
            api(caller).post(f"/api/keys/{key.id}/end-overlap"),
            api(caller).delete(f"/api/keys/{key.id}"),
            api(caller).get(f"/api/keys/{key.id}"),
            api(caller).put(f"/api/keys/{key.id}/scopes", {"scopes": ["read:leads"]}),
            api(caller).put(f"/api/keys/{key.id}/rate-limit", {"rateLimit": 1}),
        ):
            assert call.status_code == 404
    key.refresh_from_db()
    assert (key.status, key.rate_limit) == ("active", 10_000)
