"""Limits by address: who has no credential, and who tries bad ones."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from authn.keys import generate_key
from authn.models import ApiKey
from authn.throttle import network_of, take_token
from common.ids import uuid7
from config.environment import parse_networks
from partners.models import User

Api = Callable[..., APIClient]
pytestmark = pytest.mark.django_db
ADDRESSES = iter(range(1, 250))


@pytest.fixture
def address(settings: Settings) -> str:
    """An address that no other test used, with three requests an hour."""
    settings.ADDRESS_RATE_LIMIT = 3
    settings.OAUTH_RATE_LIMITS = {"address": 3, "client": 3600}
    number = uuid7().int & 0xFFFF
    return f"10.{next(ADDRESSES)}.{number >> 8}.{number & 0xFF}"


def ask(path: str, address: str, *, method: str = "get", **headers: str) -> Any:
    return getattr(Client(), method)(path, REMOTE_ADDR=address, **headers)


@pytest.mark.parametrize(
    "path", ["/api/schema", "/.well-known/jwks.json", "/.well-known/oauth-authorization-server", "/api/keys", "/api/x"]
)
def test_public_documents_are_limited(path: str, address: str) -> None:
    first = [ask(path, address).status_code for _ in range(3)]
    assert 429 not in first
    refused = ask(path, address)
    assert (refused.status_code, refused["Content-Type"]) == (429, "application/problem+json")
    assert refused.json()["code"] == "rate_limited"
    assert 1190 <= int(refused["Retry-After"]) <= 1200
    assert ask(path, address.replace("10.", "172.", 1)).status_code == first[0]


def test_a_page_is_refused_with_a_page(address: str) -> None:
    for _ in range(3):
        assert ask("/api/docs", address).status_code == 200
    refused = ask("/", address)
    assert refused.status_code == 429
    assert refused["Content-Type"].startswith("text/html")
    assert "Too many requests" in refused.content.decode()
    assert int(refused["Retry-After"]) > 0


def test_the_key_endpoints_share_the_limit(address: str, acme_key: str) -> None:
    for _ in range(3):
        answer = Client().post("/api/keys/self-revoke", {"key": "x"}, "application/json", REMOTE_ADDR=address)
        assert answer.status_code == 204
    for path, body in (("self-revoke", {"key": acme_key}), ("leaked", [])):
        refused = Client().post(f"/api/keys/{path}", body, "application/json", REMOTE_ADDR=address)
        assert refused.status_code == 429
    assert ApiKey.objects.get().status == "active"


def test_the_token_endpoint_draws_on_the_same_bucket_in_its_own_words(address: str) -> None:
    for _ in range(3):
        ask("/api/schema", address)
    refused = Client().post("/api/oauth/token", {"grant_type": "client_credentials"}, REMOTE_ADDR=address)
    assert refused.status_code == 429
    assert refused.json()["error"] == "temporarily_unavailable"


def test_bad_credentials_are_limited_and_good_ones_are_not(api: Api, address: str, acme_key: str) -> None:
    bad = {"HTTP_AUTHORIZATION": f"Bearer {generate_key('live')}"}
    assert [ask("/api/keys", address, **bad).status_code for _ in range(3)] == [401, 401, 401]
    refused = ask("/api/keys", address, **bad)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    assert int(refused["Retry-After"]) > 0
    for _ in range(5):
        assert api(acme_key).get("/api/keys", REMOTE_ADDR=address).status_code == 200


def test_a_signed_in_person_is_not_limited(address: str, alice: User) -> None:
    browser = Client()
    browser.force_login(alice)
    assert [browser.get("/keys", REMOTE_ADDR=address).status_code for _ in range(5)] == [200] * 5


def test_a_made_up_session_is_limited(address: str) -> None:
    browser = Client()
    browser.cookies["sessionid"] = "a" * 32
    statuses = [browser.get("/api/schema", REMOTE_ADDR=address).status_code for _ in range(4)]
    assert statuses == [200, 200, 200, 429]


def test_sign_in_has_limits_of_its_own(address: str) -> None:
    assert [ask("/accounts/login/", address).status_code for _ in range(5)] == [200] * 5


def test_trusted_proxies_are_seen_through_and_others_are_not(address: str, settings: Settings) -> None:
    settings.TRUSTED_PROXIES = parse_networks("203.0.113.0/24")
    for _ in range(3):
        assert ask("/api/schema", "203.0.113.7", HTTP_X_FORWARDED_FOR=address).status_code == 200
    assert ask("/api/schema", "203.0.113.7", HTTP_X_FORWARDED_FOR=address).status_code == 429
    assert ask("/api/schema", "203.0.113.7", HTTP_X_FORWARDED_FOR=address.replace("10.", "172.", 1)).status_code == 200
    assert ask("/api/schema", address, HTTP_X_FORWARDED_FOR=address.replace("10.", "173.", 1)).status_code == 429


@pytest.mark.parametrize(
    ("address_", "network"),
    [
        ("192.0.2.1", "192.0.2.1"),
        ("::ffff:192.0.2.1", "192.0.2.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        (None, ""),
    ],
)
def test_what_shares_a_bucket(address_: str | None, network: str) -> None:
    assert network_of(address_) == network


def test_valkey_away_the_limit_is_this_process_s(address: str, valkey_away: None) -> None:
    assert [ask("/api/schema", address).status_code for _ in range(4)] == [200, 200, 200, 429]


def test_exact_under_concurrency() -> None:
    identity = uuid7().hex
    allowed: list[bool] = []

    def take() -> None:
        allowed.extend(take_token("address", identity, 40).allowed for _ in range(25))

    threads = [threading.Thread(target=take) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(allowed) == 100
    assert allowed.count(True) == 40
