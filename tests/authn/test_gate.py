"""The gate in front of the API: credentials, limits, headers."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.keys import digest, generate_key
from authn.models import ApiKey
from authn.snapshots import snapshots
from common.revocation import invalidate
from partners.models import Partner
from tests.authn.conftest import metered_calls
from tests.conftest import make_key

Api = Callable[..., APIClient]


def stored(full_key: str) -> ApiKey:
    return ApiKey.objects.get(key_value=digest(full_key, django_settings.API_KEY_PEPPER))


def test_rate_headers_on_every_answer(api: Api, acme_key: str) -> None:
    ApiKey.objects.update(rate_limit=100)
    first = api(acme_key).get("/api/keys")
    assert first.status_code == 200
    assert first["X-RateLimit-Limit"] == "100"
    assert first["X-RateLimit-Remaining"] == "99"
    assert first["RateLimit-Policy"] == '"hour";q=100;w=3600'
    assert re.fullmatch(r'"hour";r=99;t=\d+', first["RateLimit"])
    reset = datetime.fromisoformat(first["X-RateLimit-Reset"])
    assert first["X-RateLimit-Reset"].endswith("Z")
    assert timedelta(0) <= reset - datetime.now(tz=UTC) <= timedelta(seconds=37)
    missing = api(acme_key).get("/api/nothing-here")
    assert missing.status_code == 404
    assert missing["X-RateLimit-Remaining"] == "98"
    refused = api(acme_key).post("/api/keys", {"nonsense": 1})
    assert refused.status_code == 400
    assert refused["X-RateLimit-Remaining"] == "97"


def test_the_limit_is_429_with_retry_after(api: Api, acme_key: str, empty_stream: None) -> None:
    ApiKey.objects.update(rate_limit=3)
    statuses = [api(acme_key).get("/api/keys").status_code for _ in range(3)]
    assert statuses == [200, 200, 200]
    limited = api(acme_key).get("/api/keys")
    assert limited.status_code == 429
    assert limited.json()["code"] == "rate_limited"
    assert limited["Content-Type"] == "application/problem+json"
    assert 1190 <= int(limited["Retry-After"]) <= 1200
    assert limited["X-RateLimit-Remaining"] == "0"
    assert [call.status for call in metered_calls()] == [200, 200, 200, 429]


@pytest.mark.parametrize(
    "credential",
    ["", "nonsense", "sk_" + "a" * 38, generate_key("live"), generate_key("live")[:-1] + "!", "sk_\u00e9" + "a" * 37],
    ids=["empty", "nonsense", "bad checksum", "unknown", "bad character", "not ASCII"],
)
def test_bad_credentials_are_401(api: Api, db: None, credential: str) -> None:
    browser = APIClient()
    response = browser.get("/api/keys", HTTP_AUTHORIZATION=f"Bearer {credential}".encode().decode("latin-1"))
    assert response.status_code == 401
    assert response.json()["code"] == "invalid_credential"
    assert response["WWW-Authenticate"] == 'Bearer realm="treaty", error="invalid_token"'
    assert "X-RateLimit-Limit" not in response


@pytest.mark.parametrize(
    ("claimed", "recorded"),
    [("10000000000000000000", 32 * 1024 * 1024), ("9" * 5000, 32 * 1024 * 1024), ("12", 12), ("\u00b2", 0), ("-1", 0)],
)
def test_a_claimed_length_is_recorded_as_far_as_it_is_read(
    api: Api, acme_key: str, empty_stream: None, claimed: str, recorded: int
) -> None:
    for _ in range(4):  # cold, and worked out first
        assert api(acme_key).get("/api/keys", CONTENT_LENGTH=claimed).status_code == 200
    assert [call.request_bytes for call in metered_calls()] == [recorded] * 4


def test_another_scheme_is_401(db: None) -> None:
    assert APIClient().get("/api/keys", HTTP_AUTHORIZATION="Basic abc").status_code == 401


def test_a_warm_key_costs_no_sql(api: Api, acme_key: str, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for _ in range(2):
        api(acme_key).get("/api/nothing-here")
    with django_assert_num_queries(0):
        assert api(acme_key).get("/api/nothing-here").status_code == 404


@pytest.mark.parametrize(
    "change",
    [
        {"status": "revoked"},
        {"status": "expired"},
        {"status": "rotated", "overlap_ends_at": timezone.now() - timedelta(seconds=1)},
        {"expires_at": timezone.now() - timedelta(seconds=1)},
    ],
)
def test_a_key_that_no_longer_works_is_401(api: Api, acme_key: str, change: dict[str, Any]) -> None:
    ApiKey.objects.update(**change)
    assert api(acme_key).get("/api/keys").status_code == 401


def test_a_rotated_key_works_through_its_overlap(api: Api, acme_key: str) -> None:
    ApiKey.objects.update(status="rotated", overlap_ends_at=timezone.now() + timedelta(hours=1))
    assert api(acme_key).get("/api/keys").status_code == 200


def test_a_key_expires_on_time_though_its_snapshot_is_fresh(api: Api, acme_key: str) -> None:
    for _ in range(3):
        assert api(acme_key).get("/api/keys").status_code == 200
    expiry = timezone.now() + timedelta(milliseconds=300)
    ApiKey.objects.update(expires_at=expiry)
    snapshots.clear()
    for _ in range(2):
        assert api(acme_key).get("/api/keys").status_code == 200
    while timezone.now() < expiry:
        pass
    assert api(acme_key).get("/api/keys").status_code == 401


@pytest.mark.parametrize(
    ("partner_status", "application_status", "status"),
    [("suspended", "approved", 401), ("pending", "approved", 401), ("active", "suspended", 401),
     ("active", "published", 200), ("active", "deprecated", 200)],
)  # fmt: skip
def test_partner_and_application_have_their_say(
    api: Api, acme_key: str, acme: Partner, partner_status: str, application_status: str, status: int,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    for _ in range(3):
        assert api(acme_key).get("/api/keys").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        Partner.objects.filter(id=acme.id).update(status=partner_status)
        PartnerApplication.objects.update(status=application_status)
        invalidate(partner_id=acme.id)
    assert api(acme_key).get("/api/keys").status_code == status


def test_an_application_alone_can_be_named(
    api: Api, acme_key: str, application: PartnerApplication, django_capture_on_commit_callbacks: Any
) -> None:
    for _ in range(3):
        assert api(acme_key).get("/api/keys").status_code == 200
    with django_capture_on_commit_callbacks(execute=True):
        PartnerApplication.objects.update(status="suspended")
        invalidate(application_id=application.id)
    assert api(acme_key).get("/api/keys").status_code == 401


def test_a_snapshot_lives_five_seconds_when_the_epoch_got_lost(api: Api, acme_key: str, settings: Settings) -> None:
    for _ in range(3):
        api(acme_key).get("/api/keys")
    ApiKey.objects.update(status="revoked")
    assert api(acme_key).get("/api/keys").status_code == 200
    settings.CREDENTIAL_SNAPSHOT_SECONDS = 0.0
    assert api(acme_key).get("/api/keys").status_code == 401


def test_scopes_shrink_with_the_application_s_permissions(api: Api, acme_key: str) -> None:
    PartnerApplication.objects.update(approved_permissions=["read:leads"])
    denied = api(acme_key).get("/api/keys")
    assert denied.status_code == 403
    assert 'scope="manage:keys"' in denied["WWW-Authenticate"]


@pytest.mark.parametrize(
    ("address", "status"),
    [("203.0.113.9", 200), ("::ffff:203.0.113.9", 200), ("203.0.114.9", 403), ("2001:db8::7", 200), ("::1", 403)],
)
def test_the_networks_of_a_key(api: Api, acme_key: str, address: str, status: int) -> None:
    ApiKey.objects.update(allowed_networks=["203.0.113.0/24", "2001:db8::/32"])
    response = api(acme_key).get("/api/keys", REMOTE_ADDR=address)
    assert response.status_code == status
    if status == 403:
        assert response.json()["code"] == "network_not_allowed"


def test_a_refused_network_spends_no_token(api: Api, acme_key: str) -> None:
    ApiKey.objects.update(allowed_networks=["203.0.113.0/24"], rate_limit=100)
    for remaining in ("99", "98", "97"):
        response = api(acme_key).get("/api/keys", REMOTE_ADDR="203.0.113.1")
        assert (response.status_code, response["X-RateLimit-Remaining"]) == (200, remaining)
        refused = api(acme_key).get("/api/keys", REMOTE_ADDR="192.0.2.1")
        assert (refused.status_code, refused["X-RateLimit-Remaining"]) == (403, remaining)


@pytest.mark.usefixtures("valkey_away")
def test_nor_while_valkey_is_away(api: Api, acme_key: str) -> None:
    ApiKey.objects.update(allowed_networks=["203.0.113.0/24"], rate_limit=100)
    assert api(acme_key).get("/api/keys", REMOTE_ADDR="203.0.113.1")["X-RateLimit-Remaining"] == "99"
    for _ in range(2):
        refused = api(acme_key).get("/api/keys", REMOTE_ADDR="192.0.2.1")
        assert (refused.status_code, refused["X-RateLimit-Remaining"]) == (403, "99")


def test_a_refused_network_is_not_told_to_wait(api: Api, acme_key: str) -> None:
    ApiKey.objects.update(allowed_networks=["203.0.113.0/24"], rate_limit=2)
    statuses = [api(acme_key).get("/api/keys", REMOTE_ADDR="203.0.113.1").status_code for _ in range(3)]
    assert statuses == [200, 200, 429]
    refused = api(acme_key).get("/api/keys", REMOTE_ADDR="192.0.2.1")
    assert (refused.status_code, refused.json()["code"]) == (403, "network_not_allowed")
    assert (refused["X-RateLimit-Limit"], refused["X-RateLimit-Remaining"]) == ("2", "0")
    assert refused["RateLimit-Policy"] == '"hour";q=2;w=3600'
    assert "Retry-After" not in refused


def test_a_session_is_never_mixed_with_a_bad_key(api: Api, alice: Any) -> None:
    browser = api(alice)
    assert browser.get("/api/keys", HTTP_AUTHORIZATION="Bearer nonsense").status_code == 401


def test_what_is_metered(api: Api, acme_key: str, application: PartnerApplication, empty_stream: None) -> None:
    key = stored(acme_key)
    response = api(acme_key).get(f"/api/keys/{key.id}", HTTP_X_REQUEST_ID="req-7")
    (call,) = metered_calls()
    assert (call.partner_id, call.application_id) == (application.partner_id, application.id)
    assert (call.credential_id, call.request_id) == (key.id, "req-7")
    assert (call.method, call.route, call.status) == ("GET", "/api/keys/{id}", 200)
    assert call.response_bytes == len(response.content)
    assert call.environment == "live"
    assert 0 < call.duration_ms < 5000
    assert abs(call.at - datetime.now(tz=UTC)) < timedelta(seconds=5)


def test_a_test_key_is_metered_as_test(api: Api, application: PartnerApplication, empty_stream: None) -> None:
    api(make_key(application, environment="test")).get("/api/nothing-here")
    (call,) = metered_calls()
    assert (call.environment, call.status, call.route) == ("test", 404, "")


def test_audit_rows_of_a_key_s_change_name_the_key(
    api: Api, acme_key: str, django_capture_on_commit_callbacks: Any
) -> None:
    key = stored(acme_key)
    response = api(acme_key).put(f"/api/keys/{key.id}/rate-limit", {"rateLimit": 77}, HTTP_X_REQUEST_ID="req-9")
    assert response.status_code == 200
    event = key.events.order_by("pgh_id").last()  # type: ignore[attr-defined]  # (pghistory's relation)
    assert event.rate_limit == 77
    context = event.pgh_context.metadata
    assert context["credential"] == str(key.id)
    assert context["request_id"] == "req-9"
