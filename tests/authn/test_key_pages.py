"""The key pages of the portal."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from applications.models import PartnerApplication
from authn.keys import is_well_formed
from authn.models import ApiKey
from partners.models import Partner, User
from tests.conftest import make_key


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def form(application: PartnerApplication, **changes: Any) -> dict[str, Any]:
    return {
        "application": str(application.id), "name": "Production", "environment": "live",
        "scopes": ["read:leads"], "expires_in": "90", "rate_limit": "",
        "allowed_networks": "203.0.113.0/24\n2001:db8::/32",
        **changes,
    }  # fmt: skip


def test_the_list_shows_keys_but_never_a_whole_one(alice: User, acme_key: str) -> None:
    page = signed_in(alice).get(reverse("keys"))
    assert page.status_code == 200
    text = page.content.decode()
    assert f"{acme_key[:8]}…{acme_key[-4:]}" in text
    assert acme_key not in text
    assert "Create key" in text


def test_without_keys_the_page_says_what_to_do(alice: User) -> None:
    assert "No keys yet" in signed_in(alice).get(reverse("keys")).content.decode()


def test_create_shows_the_key_once(alice: User, application: PartnerApplication) -> None:
    browser = signed_in(alice)
    page = browser.post(reverse("keys"), form(application))
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    found = re.search(r'value="(sk_\w+)"', page.content.decode())
    assert found is not None
    assert is_well_formed(found[1])
    key = ApiKey.objects.get()
    assert (key.name, key.scopes, key.allowed_networks) == (
        "Production", ["read:leads"], ["203.0.113.0/24", "2001:db8::/32"],
    )  # fmt: skip
    assert key.expires_at is not None
    assert found[1] not in browser.get(reverse("keys")).content.decode()


@pytest.mark.parametrize(
    "changes",
    [
        {"scopes": []},
        {"rate_limit": "10001"},
        {"allowed_networks": "nowhere"},
        {"environment": "x"},
    ],
)
def test_a_refusal_keeps_the_dialog_open(alice: User, application: PartnerApplication, changes: dict[str, Any]) -> None:
    page = signed_in(alice).post(reverse("keys"), form(application, **changes))
    assert page.status_code == 400
    assert "data-open-now" in page.content.decode()
    assert not ApiKey.objects.exists()


def test_a_viewer_sees_but_cannot_change(bob: User, application: PartnerApplication, acme_key: str) -> None:
    bob.memberships.update(role="viewer")
    browser = signed_in(bob)
    assert "Create key" not in browser.get(reverse("keys")).content.decode()
    key = ApiKey.objects.get()
    assert "Revoke" not in browser.get(reverse("key", args=[key.pk])).content.decode()
    assert browser.post(reverse("keys"), form(application)).status_code == 403
    assert browser.post(reverse("key_revoke", args=[key.pk])).status_code == 403
    key.refresh_from_db()
    assert (key.status, ApiKey.objects.count()) == ("active", 1)


def test_a_stranger_finds_nothing(charlie: User, acme_key: str) -> None:
    key = ApiKey.objects.get()
    browser = signed_in(charlie)
    assert browser.get(reverse("key", args=[key.pk])).status_code == 404
    for name in ("key_rotate", "key_end_overlap", "key_revoke", "key"):
        assert browser.post(reverse(name, args=[key.pk])).status_code == 404
    key.refresh_from_db()
    assert key.status == "active"


def test_rotate_end_the_overlap_and_revoke(alice: User, acme_key: str) -> None:
    browser = signed_in(alice)
    key = ApiKey.objects.get()
    page = browser.post(reverse("key_rotate", args=[key.pk]), {"overlap_hours": "168"})
    assert "Your new key" in page.content.decode()
    key.refresh_from_db()
    assert key.status == "rotated"
    assert "End overlap" in browser.get(reverse("key", args=[key.pk])).content.decode()
    browser.post(reverse("key_end_overlap", args=[key.pk]))
    key.refresh_from_db()
    assert not key.is_usable
    again = browser.post(reverse("key_end_overlap", args=[key.pk]), follow=True)
    assert "cannot become" in again.content.decode()
    browser.post(reverse("key_revoke", args=[key.pk]), {"reason": "Laptop lost"})
    key.refresh_from_db()
    assert (key.status, key.revoked_reason) == ("revoked", "Laptop lost")
    assert "Laptop lost" in browser.get(reverse("key", args=[key.pk])).content.decode()


def test_change_all_or_nothing(alice: User, acme_key: str) -> None:
    browser = signed_in(alice)
    key = ApiKey.objects.get()
    address = reverse("key", args=[key.pk])
    saved = browser.post(address, {"scopes": ["read:leads"], "rate_limit": "50", "allowed_networks": "10.0.0.0/8"})
    assert saved.status_code == 302
    key.refresh_from_db()
    assert (key.scopes, key.rate_limit, key.allowed_networks) == (["read:leads"], 50, ["10.0.0.0/8"])
    refused = browser.post(address, {"scopes": ["write:leads"], "rate_limit": "99999", "allowed_networks": ""})
    assert refused.status_code == 400
    key.refresh_from_db()
    assert (key.scopes, key.rate_limit) == (["read:leads"], 50)


def test_the_quota_of_the_tier(alice: User, acme: Partner, application: PartnerApplication, settings: Any) -> None:
    settings.TIERS = {**settings.TIERS, "premium": {**settings.TIERS["premium"], "api_keys": 1}}
    make_key(application)
    page = signed_in(alice).post(reverse("keys"), form(application))
    assert page.status_code == 400
    assert "allows 1 API keys" in page.content.decode()
