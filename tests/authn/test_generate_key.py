"""POST /api/keys."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.conf import settings
from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.keys import digest, is_well_formed
from authn.models import ApiKey
from partners.models import Partner, User
from tests.conftest import make_application, make_key

Api = Callable[..., APIClient]


def body(application: PartnerApplication, **changes: Any) -> dict[str, Any]:
    return {
        "partnerId": str(application.partner_id),
        "appId": str(application.id),
        "scopes": ["read:leads", "write:leads"],
        "rateLimit": 5000,
        **changes,
    }


def test_the_spec_s_example(api: Api, alice: User, application: PartnerApplication) -> None:
    response = api(alice).post("/api/keys", body(application, name="Production"))
    assert response.status_code == 201
    data = response.json()["data"]
    key = ApiKey.objects.get()
    assert is_well_formed(data["fullKey"])
    assert data["fullKey"].startswith("sk_")
    assert data["keyPrefix"] == data["fullKey"][:8]
    assert response["Location"] == f"/api/keys/{key.id}"
    assert response["Cache-Control"] == "no-store"
    assert key.key_value == digest(data["fullKey"], settings.API_KEY_PEPPER)
    expected = {
        "id": str(key.id),
        "partnerId": str(application.partner_id),
        "appId": str(application.id),
        "name": "Production",
        "scopes": ["read:leads", "write:leads"],
        "rateLimit": 5000,
        "status": "active",
        "environment": "live",
        "allowedNetworks": [],
        "expiresAt": None,
        "requestCount": 0,
    }
    assert {name: data[name] for name in expected} == expected


def test_the_full_key_is_never_shown_again(api: Api, alice: User, application: PartnerApplication) -> None:
    made = api(alice).post("/api/keys", body(application)).json()["data"]
    shown = api(alice).get(f"/api/keys/{made['id']}")
    assert shown.status_code == 200
    assert "fullKey" not in shown.json()["data"]
    assert made["fullKey"] not in shown.content.decode()
    assert made["fullKey"] not in api(alice).get("/api/keys").content.decode()


def test_defaults(api: Api, alice: User, application: PartnerApplication) -> None:
    response = api(alice).post("/api/keys", {"appId": str(application.id), "scopes": ["read:leads", "read:leads"]})
    data = response.json()["data"]
    assert data["rateLimit"] == settings.TIERS["premium"]["rate_limit"]
    assert data["scopes"] == ["read:leads"]
    assert data["environment"] == "live"


def test_the_application_has_a_second_name(api: Api, alice: User, application: PartnerApplication) -> None:
    response = api(alice).post("/api/keys", {"applicationId": str(application.id), "scopes": ["read:leads"]})
    assert (response.status_code, response.json()["data"]["appId"]) == (201, str(application.id))


def test_a_test_key(api: Api, alice: User, acme: Partner) -> None:
    draft = make_application(acme, "Draft", status="draft", permissions=["read:leads"], approved_permissions=[])
    response = api(alice).post("/api/keys", body(draft, scopes=["read:leads"], environment="test"))
    assert response.status_code == 201
    assert response.json()["data"]["fullKey"].startswith("tk_")


@pytest.mark.parametrize(
    ("changes", "field", "code"),
    [
        ({"scopes": []}, "scopes", "required"),
        ({"scopes": ["read:everything"]}, "scopes", "unknown_scope"),
        ({"scopes": ["admin"]}, "scopes", "scope_not_allowed"),
        ({"scopes": ["read:claims"]}, "scopes", "scope_not_approved"),
        ({"scopes": "read:leads"}, "scopes", "not_a_list"),
        ({"rateLimit": 10_001}, "rateLimit", "rate_limit_exceeds_tier"),
        ({"rateLimit": 0}, "rateLimit", "min_value"),
        ({"rateLimit": "many"}, "rateLimit", "invalid"),
        ({"environment": "staging"}, "environment", "invalid_choice"),
        ({"expiresAt": "2020-01-01T00:00:00Z"}, "expiresAt", "invalid"),
        ({"expiresAt": "9999-12-31T23:59:59Z"}, "expiresAt", "too_far"),
        ({"expiresAt": "9999-12-31T23:59:59-12:00"}, "expiresAt", "overflow"),
        ({"allowedNetworks": ["10.0.0.1/8"]}, "allowedNetworks", "invalid_network"),
        ({"allowedNetworks": ["everywhere"]}, "allowedNetworks", "invalid_network"),
        ({"name": "x" * 101}, "name", "max_length"),
        ({"appId": "nothing"}, "appId", "invalid"),
        ({"isRoot": True}, "isRoot", "unknown_field"),
        ({"rateLimit": "50"}, "rateLimit", "invalid"),
        ({"rateLimit": True}, "rateLimit", "invalid"),
        ({"name": 5}, "name", "invalid"),
        ({"appId": 5}, "appId", "invalid"),
    ],
)
def test_what_is_refused(api: Api, alice: User, acme: Partner, changes: dict[str, Any], field: str, code: str) -> None:
    application = make_application(acme, "Narrow", approved_permissions=["read:leads", "write:leads"])
    response = api(alice).post("/api/keys", body(application, **changes))
    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [(field, code)]
    assert not ApiKey.objects.exists()


def test_live_needs_an_approved_application(api: Api, alice: User, acme: Partner) -> None:
    draft = make_application(acme, "Draft", status="draft")
    response = api(alice).post("/api/keys", body(draft))
    assert (response.status_code, response.json()["code"]) == (409, "application_not_approved")
    assert not ApiKey.objects.exists()


def test_live_needs_an_active_partner(api: Api, alice: User, application: PartnerApplication, acme: Partner) -> None:
    acme.status = Partner.Status.PENDING
    acme.save()
    response = api(alice).post("/api/keys", body(application))
    assert (response.status_code, response.json()["code"]) == (409, "partner_not_active")
    assert api(alice).post("/api/keys", body(application, environment="test")).status_code == 201


def test_a_stranger_gets_404(api: Api, charlie: User, globex: Partner, application: PartnerApplication) -> None:
    assert api(charlie).post("/api/keys", body(application)).status_code == 404
    mixed = body(application, partnerId=str(globex.id))
    assert api(charlie).post("/api/keys", mixed).status_code == 404
    own = make_application(globex, "Own")
    wrong_partner = body(own, partnerId=str(application.partner_id))
    assert api(charlie).post("/api/keys", wrong_partner).status_code == 404
    assert not ApiKey.objects.exists()


def test_roles(api: Api, acme: Partner, alice: User, bob: User, application: PartnerApplication) -> None:
    assert api(bob).post("/api/keys", body(application)).status_code == 201
    bob.memberships.update(role="viewer")
    denied = api(bob).post("/api/keys", body(application))
    assert (denied.status_code, denied.json()["code"]) == (403, "insufficient_scope")
    assert api().post("/api/keys", body(application)).status_code == 401
    assert ApiKey.objects.count() == 1


def test_staff_make_keys_for_any_partner_and_alone_grant_admin(
    api: Api, dana: User, application: PartnerApplication
) -> None:
    response = api(dana).post("/api/keys", body(application, scopes=["admin", "read:leads"]))
    assert response.status_code == 201
    admin_key = response.json()["data"]["fullKey"]
    again = api(admin_key).post("/api/keys", body(application, scopes=["admin"]))
    assert (again.status_code, again.json()["errors"][0]["code"]) == (400, "scope_not_allowed")


def test_a_clerk_grants_no_more_than_partners_can(api: Api, application: PartnerApplication) -> None:
    clerk = User.objects.create_user("clerk@treaty.test", is_staff=True)
    clerk.user_permissions.set(Permission.objects.all())
    refused = api(clerk).post("/api/keys", body(application, scopes=["admin", "read:leads"]))
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "scope_not_allowed")
    assert not ApiKey.objects.exists()
    assert api(clerk).post("/api/keys", body(application)).status_code == 201


def test_a_key_makes_keys_within_its_own_bounds(api: Api, application: PartnerApplication) -> None:
    narrow = make_key(application, scopes=frozenset({"manage:keys", "read:leads"}))
    assert api(narrow).post("/api/keys", body(application, scopes=["read:leads"])).status_code == 201
    wider = api(narrow).post("/api/keys", body(application, scopes=["read:leads", "write:leads"]))
    assert (wider.status_code, wider.json()["errors"][0]["code"]) == (400, "scope_exceeds_credential")
    unrelated = make_key(application, scopes=frozenset({"read:leads"}))
    assert api(unrelated).post("/api/keys", body(application, scopes=["read:leads"])).status_code == 403
    assert ApiKey.objects.count() == 3


def test_a_test_key_stays_in_the_sandbox(api: Api, application: PartnerApplication) -> None:
    test_key = make_key(application, environment="test")
    live = api(test_key).post("/api/keys", body(application, environment="live"))
    assert (live.status_code, live.json()["code"]) == (403, "test_credential")
    own = api(test_key).post("/api/keys", body(application))
    assert own.json()["data"]["environment"] == "test"


def test_an_expiry_and_networks_are_kept(api: Api, alice: User, application: PartnerApplication) -> None:
    expiry = (timezone.now() + timedelta(days=90)).replace(microsecond=0)
    networks = ["203.0.113.7", "2001:db8::/32", "198.51.100.0/24"]
    response = api(alice).post("/api/keys", body(application, expiresAt=expiry.isoformat(), allowedNetworks=networks))
    data = response.json()["data"]
    assert data["allowedNetworks"] == ["203.0.113.7/32", "2001:db8::/32", "198.51.100.0/24"]
    assert data["expiresAt"] == expiry.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_the_same_idempotency_key_makes_one_key(api: Api, alice: User, application: PartnerApplication) -> None:
    first = api(alice).post("/api/keys", body(application), HTTP_IDEMPOTENCY_KEY="k1")
    again = api(alice).post("/api/keys", body(application), HTTP_IDEMPOTENCY_KEY="k1")
    assert again.status_code == 201
    assert again["Idempotency-Replayed"] == "true"
    assert again.json() == first.json()
    other = api(alice).post("/api/keys", body(application, name="Other"), HTTP_IDEMPOTENCY_KEY="k1")
    assert other.status_code == 422
    assert ApiKey.objects.count() == 1
