"""OAuth in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from authn.models import OAuthConsent, OAuthRefreshToken, OAuthToken
from authn.services.oauth import IssuedClient
from partners.models import User

Post = Callable[..., Any]


@pytest.fixture
def staff(dana: User) -> Client:
    """Dana in the admin."""
    client = Client()
    client.force_login(dana)
    return client


@pytest.mark.parametrize("model", ["oauthclient", "oauthtoken", "oauthrefreshtoken", "oauthconsent"])
def test_staff_look_at_everything_but_secrets(
    staff: Client, issued: IssuedClient, tokens: dict[str, Any], model: str
) -> None:
    listed = staff.get(f"/admin/authn/{model}/")
    assert listed.status_code == 200
    row = listed.context["cl"].queryset.get()
    shown = staff.get(f"/admin/authn/{model}/{row.pk}/change/")
    assert shown.status_code == 200
    secrets = [issued.client.client_secret, *OAuthToken.objects.values_list("token_checksum", flat=True)]
    secrets += OAuthRefreshToken.objects.values_list("token_checksum", flat=True)
    for page in (listed, shown):
        assert not [secret for secret in secrets if secret in page.content.decode()]
    assert staff.get(f"/admin/authn/{model}/add/").status_code == 403
    assert staff.post(f"/admin/authn/{model}/{row.pk}/delete/", {"post": "yes"}).status_code == 403


@pytest.mark.parametrize("model", ["oauthgrant", "oauthidtoken"])
def test_codes_are_not_shown(staff: Client, tokens: dict[str, Any], model: str) -> None:
    assert staff.get(f"/admin/authn/{model}/").status_code == 403
    assert f"/admin/authn/{model}/" not in staff.get("/admin/").content.decode()


def act(staff: Client, model: str, action: str, pk: object) -> None:
    answer = staff.post(f"/admin/authn/{model}/", {"action": action, "_selected_action": [str(pk)]})
    assert answer.status_code == 302


def test_revoke_a_client(staff: Client, issued: IssuedClient, tokens: dict[str, Any]) -> None:
    act(staff, "oauthclient", "revoke_selected", issued.client.pk)
    issued.client.refresh_from_db()
    assert not issued.client.active
    assert not OAuthToken.objects.exists()


def test_revoke_a_token(staff: Client, issued: IssuedClient, tokens: dict[str, Any], post: Post) -> None:
    post("token", issued, grant_type="client_credentials")
    delegated = OAuthToken.objects.exclude(user=None).get()
    act(staff, "oauthtoken", "revoke_selected", delegated.pk)
    assert OAuthToken.objects.get().user is None
    assert not OAuthRefreshToken.objects.filter(revoked=None).exists()


def test_withdraw_a_consent(staff: Client, tokens: dict[str, Any]) -> None:
    act(staff, "oauthconsent", "withdraw_selected", OAuthConsent.objects.get().pk)
    assert not OAuthConsent.objects.exists()
    assert not OAuthToken.objects.exists()
