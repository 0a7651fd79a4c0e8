"""Revoking a key, and changing what it may do."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib.auth.models import Permission
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.models import ApiKey, ServiceAccount
from authn.services.keys import expire_keys, generate_service_key
from common.principal import SYSTEM
from partners.models import User
from tests.conftest import make_key

Api = Callable[..., APIClient]


def test_revoke(api: Api, alice: User, acme_key: str) -> None:
    key = ApiKey.objects.get()
    assert api(acme_key).get("/api/keys").status_code == 200
    response = api(alice).delete(f"/api/keys/{key.id}?reason=Leaked")
    assert (response.status_code, response.content) == (204, b"")
    assert api(acme_key).get("/api/keys").status_code == 401
    again = api(alice).delete(f"/api/keys/{key.id}?reason=Other")
    assert again.status_code == 204
    key.refresh_from_db()
    assert (key.status, key.revoked_reason) == ("revoked", "Leaked")
    assert api(alice).get(f"/api/keys/{key.id}").json()["data"]["status"] == "revoked"


def test_a_viewer_may_look_but_not_revoke(api: Api, bob: User, acme_key: str) -> None:
    bob.memberships.update(role="viewer")
    key = ApiKey.objects.get()
    assert api(bob).get("/api/keys").status_code == 200
    assert api(bob).delete(f"/api/keys/{key.id}").status_code == 403
    key.refresh_from_db()
    assert key.status == "active"


def test_a_lesser_key_does_not_stop_a_greater_one(api: Api, acme_key: str, application: PartnerApplication) -> None:
    greater = ApiKey.objects.get()
    test_key = make_key(application, environment="test")
    lesser = make_key(application, scopes=frozenset({"manage:keys"}))
    for caller, code in ((test_key, "test_credential"), (lesser, "scope_exceeds_credential")):
        response = api(caller).delete(f"/api/keys/{greater.id}")
        assert (response.status_code, response.json()["code"]) == (403, code)
    greater.refresh_from_db()
    assert (greater.status, greater.revoked_reason) == ("active", "")
    assert api(acme_key).get("/api/keys").status_code == 200


def test_a_key_stops_its_like(api: Api, acme_key: str, application: PartnerApplication) -> None:
    same = ApiKey.objects.get()
    test_key = make_key(application, environment="test")
    sandbox = ApiKey.objects.get(environment="test")
    another = make_key(application)
    assert api(another).delete(f"/api/keys/{same.id}").status_code == 204
    assert api(another).delete(f"/api/keys/{sandbox.id}").status_code == 204
    assert api(acme_key).get("/api/keys").status_code == 401
    assert api(test_key).get("/api/keys").status_code == 401


def test_scopes(api: Api, alice: User, acme_key: str) -> None:
    key = ApiKey.objects.get()
    response = api(alice).put(f"/api/keys/{key.id}/scopes", {"scopes": ["write:leads", "manage:keys"]})
    assert response.status_code == 200
    assert response.json()["data"]["scopes"] == ["manage:keys", "write:leads"]
    assert api(acme_key).get("/api/keys").status_code == 200
    refused = api(alice).put(f"/api/keys/{key.id}/scopes", {"scopes": ["admin"]})
    assert refused.status_code == 400
    api(alice).put(f"/api/keys/{key.id}/scopes", {"scopes": ["write:leads"]})
    assert api(acme_key).get("/api/keys").status_code == 403


def test_the_rate_limit_holds_from_the_next_request(
    api: Api, alice: User, acme_key: str, django_capture_on_commit_callbacks: Any
) -> None:
    key = ApiKey.objects.get()
    for _ in range(3):
        api(acme_key).get("/api/keys")
    with django_capture_on_commit_callbacks(execute=True):
        response = api(alice).put(f"/api/keys/{key.id}/rate-limit", {"rateLimit": 5})
    assert response.json()["data"]["rateLimit"] == 5
    assert api(acme_key).get("/api/keys")["X-RateLimit-Limit"] == "5"
    beyond = api(alice).put(f"/api/keys/{key.id}/rate-limit", {"rateLimit": 10_001})
    assert (beyond.status_code, beyond.json()["errors"][0]["code"]) == (400, "rate_limit_exceeds_tier")


def test_a_revoked_key_cannot_be_changed(api: Api, alice: User, acme_key: str) -> None:
    key = ApiKey.objects.get()
    api(alice).delete(f"/api/keys/{key.id}")
    assert api(alice).put(f"/api/keys/{key.id}/scopes", {"scopes": ["read:leads"]}).status_code == 409
    assert api(alice).put(f"/api/keys/{key.id}/rate-limit", {"rateLimit": 5}).status_code == 409


def test_only_staff_touch_an_admin_key(api: Api, alice: User, dana: User, application: PartnerApplication) -> None:
    make_key(application, scopes=frozenset({"admin"}))
    key = ApiKey.objects.get()
    assert api(alice).post(f"/api/keys/{key.id}/rotate").status_code == 403
    assert api(alice).put(f"/api/keys/{key.id}/scopes", {"scopes": ["read:leads"]}).status_code == 403
    admin_test_key = make_key(application, scopes=frozenset({"admin"}), environment="test")
    assert api(admin_test_key).delete(f"/api/keys/{key.id}").status_code == 403
    assert api(dana).post(f"/api/keys/{key.id}/rotate").status_code == 200
    assert api(alice).delete(f"/api/keys/{key.id}").status_code == 204


def test_a_clerk_gets_hold_of_no_key_that_can_do_more(
    api: Api, application: PartnerApplication, service_key: str
) -> None:
    admin_key = make_key(application, scopes=frozenset({"admin"}))
    clerk = User.objects.create_user("clerk@treaty.test", is_staff=True)
    clerk.user_permissions.set(Permission.objects.exclude(codename="change_serviceaccount"))
    before = list(ApiKey.objects.order_by("id").values("id", "status", "scopes", "rate_limit"))
    for prefix, code in ((admin_key[:8], "admin_key"), (service_key[:8], "permission_missing")):
        key = ApiKey.objects.get(key_prefix=prefix)
        for answer in (
            api(clerk).post(f"/api/keys/{key.id}/rotate"),
            api(clerk).put(f"/api/keys/{key.id}/rate-limit", {"rateLimit": 5}),
        ):
            assert (answer.status_code, answer.json()["code"]) == (403, code)
    assert list(ApiKey.objects.order_by("id").values("id", "status", "scopes", "rate_limit")) == before
    for key in ApiKey.objects.all():
        assert api(clerk).delete(f"/api/keys/{key.id}").status_code == 204


def test_list_filters(api: Api, alice: User, application: PartnerApplication, globex_key: str) -> None:
    live, test = make_key(application), make_key(application, environment="test")
    listed = api(alice).get("/api/keys").json()["data"]
    assert [row["keyPrefix"] for row in listed] == [test[:8], live[:8]]
    for query, expected in (
        ("environment=test", [test[:8]]),
        (f"keyPrefix={live[:8]}", [live[:8]]),
        ("status=revoked", []),
        (f"appId={application.id}&limit=1", [test[:8]]),
        ("createdAfter=2999-01-01T00:00:00Z", []),
    ):
        rows = api(alice).get(f"/api/keys?{query}").json()["data"]
        assert [row["keyPrefix"] for row in rows] == expected, query
    assert api(alice).get("/api/keys?colour=red").status_code == 400


def test_expired_keys_are_written_down(acme_key: str) -> None:
    ApiKey.objects.update(expires_at=timezone.now())
    assert ApiKey.objects.get().current_status == "expired"
    assert expire_keys() == 1
    assert ApiKey.objects.get().status == "expired"


def test_a_service_key(api: Api, db: None) -> None:
    account = ServiceAccount.objects.create(name="core", scopes=["read:events"])
    issued = generate_service_key(service_account=account, actor=SYSTEM)
    assert issued.api_key.scopes == ["read:events"]
    response = api(issued.full_key).get("/api/nothing-here")
    assert (response.status_code, response["X-RateLimit-Limit"]) == (404, "1000000")
    account.active = False
    account.save()
    assert api(issued.full_key).get("/api/nothing-here").status_code == 401
