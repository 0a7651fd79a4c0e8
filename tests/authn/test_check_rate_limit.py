"""Looking at a key's limit spends none of it, and says what the next call would hear."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from authn.models import ApiKey
from authn.services.rate_limits import check_rate_limit
from partners.models import User

Api = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def _no_snapshots(settings: Settings) -> None:
    settings.CREDENTIAL_SNAPSHOT_SECONDS = 0.0


def test_it_agrees_with_the_headers(api: Api, acme_key: str) -> None:
    ApiKey.objects.update(rate_limit=100)  # a token comes back every 36 seconds
    key = ApiKey.objects.get()
    fresh = check_rate_limit(api_key=key)
    assert fresh is not None
    assert (fresh.limit, fresh.remaining, fresh.is_used_up) == (100, 100, False)
    answer = api(acme_key).get("/api/keys")
    for _ in range(3):
        seen = check_rate_limit(api_key=key)
        assert seen is not None
        assert (str(seen.limit), str(seen.remaining)) == (
            answer["X-RateLimit-Limit"],
            answer["X-RateLimit-Remaining"],
        )
        assert abs(seen.resets_at - datetime.fromisoformat(answer["X-RateLimit-Reset"])) < timedelta(seconds=3)


def test_a_used_up_key(api: Api, acme_key: str) -> None:
    ApiKey.objects.update(rate_limit=2)
    assert [api(acme_key).get("/api/keys").status_code for _ in range(3)] == [200, 200, 429]
    seen = check_rate_limit(api_key=ApiKey.objects.get())
    assert seen is not None
    assert (seen.limit, seen.remaining, seen.is_used_up) == (2, 0, True)
    assert timedelta(minutes=55) < seen.resets_at - timezone.now() <= timedelta(hours=1)


def test_the_limit_that_all_credentials_share(api: Api, acme_key: str, settings: Settings) -> None:
    tier = {**settings.TIERS["premium"], "partner_rate_limit": 5}
    settings.TIERS = {**settings.TIERS, "premium": tier}
    assert api(acme_key).get("/api/keys").status_code == 200
    seen = check_rate_limit(api_key=ApiKey.objects.get())
    assert seen is not None
    assert (seen.limit, seen.remaining) == (5, 4)


def test_a_core_service_has_its_own_alone(api: Api, service_key: str) -> None:
    seen = check_rate_limit(api_key=ApiKey.objects.get())
    assert seen is not None
    assert seen.limit == 1_000_000


def test_valkey_away(acme_key: str, valkey_away: None) -> None:
    assert check_rate_limit(api_key=ApiKey.objects.get()) is None


def test_the_key_s_page_says_what_is_left(api: Api, alice: User, acme_key: str) -> None:
    ApiKey.objects.update(rate_limit=100)
    api(acme_key).get("/api/keys")
    browser = Client()
    browser.force_login(alice)
    page = browser.get(reverse("key", args=[ApiKey.objects.get().pk])).content.decode()
    assert "99 of 100" in page
