"""A partner's tier bounds the credentials it has, not only those it makes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn import gate
from authn.models import ApiKey, OAuthClient
from authn.services.oauth import client_credentials_grant, create_client
from common.principal import SYSTEM
from partners.models import Partner, User
from tests.conftest import ALL_SCOPES

Api = Callable[..., APIClient]
WITHHELD = {"read:claims", "write:claims", "write:policies"}


@pytest.fixture
def change_tier(api: Api, dana: User, acme: Partner, django_capture_on_commit_callbacks: Any) -> Callable[[str], None]:
    """Staff change Acme's tier."""

    def change(tier: str) -> None:
        with django_capture_on_commit_callbacks(execute=True):
            response = api(dana).patch(f"/api/partners/{acme.id}", {"tier": tier})
        assert response.json()["data"]["tier"] == tier

    return change


@pytest.fixture
def token(application: PartnerApplication) -> str:
    """A token of a client of Acme's."""
    issued = create_client(application=application, name="Sync", allowed_flows=["client_credentials"], actor=SYSTEM)
    granted = client_credentials_grant(client_id=issued.client.client_id, client_secret=str(issued.client_secret))
    return str(granted["access_token"])


def reach(credential: str) -> tuple[int, set[str]]:
    """The limit of a credential, and its scopes."""
    admitted = gate.admit(credential, address=lambda: None).credential
    return admitted.rate_limit, set(admitted.principal.scopes)


def test_a_lower_tier_holds_from_the_next_request(
    acme_key: str, token: str, change_tier: Callable[[str], None]
) -> None:
    for credential in (acme_key, token):
        assert reach(credential) == (10_000, set(ALL_SCOPES))
    change_tier("basic")
    for credential in (acme_key, token):
        assert reach(credential) == (1000, set(ALL_SCOPES) - WITHHELD)
    key = ApiKey.objects.get()
    assert (key.rate_limit, set(key.scopes)) == (10_000, set(ALL_SCOPES))


def test_a_higher_tier_gives_back_what_the_key_had(
    acme_key: str, token: str, change_tier: Callable[[str], None]
) -> None:
    change_tier("basic")
    change_tier("premium")
    for credential in (acme_key, token):
        assert reach(credential) == (10_000, set(ALL_SCOPES))


def test_a_lower_limit_of_its_own_stays(acme_key: str, change_tier: Callable[[str], None]) -> None:
    ApiKey.objects.update(rate_limit=50)
    for tier in ("basic", "premium"):
        change_tier(tier)
        assert reach(acme_key)[0] == 50


def test_a_core_service_has_no_tier(api: Api, service_key: str) -> None:
    assert api(service_key).get("/api/nothing-here")["X-RateLimit-Limit"] == "1000000"


def test_a_client_asks_for_no_withheld_scope(
    application: PartnerApplication, token: str, change_tier: Callable[[str], None]
) -> None:
    change_tier("basic")
    assert set(OAuthClient.objects.get().available_scopes()) == set(ALL_SCOPES) - WITHHELD


def test_the_page_tells_what_the_tier_leaves(alice: User, acme_key: str, change_tier: Callable[[str], None]) -> None:
    change_tier("basic")
    browser = Client()
    browser.force_login(alice)
    text = browser.get(reverse("key", args=[ApiKey.objects.get().pk])).content.decode()
    assert "1,000 requests per hour, all your tier allows of 10,000" in " ".join(text.split())
    assert text.count("no longer allowed") == len(WITHHELD)
