"""OAuth in the admin."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from authn.models import OAuthConsent, OAuthRefreshToken, OAuthToken
from authn.services.oauth import IssuedClient
from authn.services.oauth_clients import revoke_client
from authn.services.oauth_revocation import revoke_tokens
from common.errors import ForbiddenError
from common.principal import Principal
from partners.audit import AuditFilter, read_audit
from partners.models import OutboundMail, User
from partners.selectors import principal_of_member

Post = Callable[..., Any]
KINDS = ("client_revoked", "client_tokens_revoked", "access_withdrawn")


@pytest.fixture
def staff(dana: User) -> Client:
    """Dana in the admin."""
    client = Client()
    client.force_login(dana)
    return client


@pytest.fixture
def owner(alice: User) -> Principal:
    """Alice, whose client it is."""
    return principal_of_member(alice.memberships.select_related("partner", "user").get())


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


REASON = "Seen in a public repository."


def act(staff: Client, model: str, action: str, row: Any, **more: str) -> str:
    address, chosen = f"/admin/authn/{model}/", [str(row.pk)]
    answer = staff.post(address, {"action": action, "_selected_action": chosen, **more}, follow=True)
    assert answer.status_code == 200
    return answer.content.decode()


def mails(kind: str) -> list[tuple[str, str]]:
    return sorted((mail.recipient, mail.context["reason"]) for mail in OutboundMail.objects.filter(kind=kind))


@pytest.mark.parametrize(
    ("model", "action"),
    [("oauthclient", "revoke_selected"), ("oauthtoken", "revoke_selected"), ("oauthconsent", "withdraw_selected")],
)
def test_nothing_stops_without_a_reason_or_by_who_only_looks(
    staff: Client, issued: IssuedClient, tokens: dict[str, Any], model: str, action: str
) -> None:
    row = staff.get(f"/admin/authn/{model}/").context["cl"].queryset.get()
    for more in ({}, {"reason": " "}, {"reason": "x" * 201}):
        page = act(staff, model, action, row, **more)
        assert "1 selected" in page
        assert issued.client.name in page
    clerk = User.objects.create_user("clerk@treaty.test", is_staff=True)
    clerk.user_permissions.add(Permission.objects.get(codename=f"view_{model}"))
    looking = Client()
    looking.force_login(clerk)
    act(looking, model, action, row, reason=REASON)
    issued.client.refresh_from_db()
    assert (issued.client.active, issued.client.revoked_reason) == (True, "")
    assert (OAuthToken.objects.count(), OAuthConsent.objects.count()) == (1, 1)
    assert [mails(kind) for kind in KINDS] == [[], [], []]


def test_revoke_a_client(staff: Client, issued: IssuedClient, tokens: dict[str, Any], api: Any, alice: User) -> None:
    act(staff, "oauthclient", "revoke_selected", issued.client, reason=REASON)
    issued.client.refresh_from_db()
    assert (issued.client.active, issued.client.revoked_reason) == (False, REASON)
    assert not OAuthToken.objects.exists()
    assert mails("client_revoked") == [("alice@acme.test", REASON)]
    assert api(alice).get(f"/api/oauth/clients/{issued.client.pk}").json()["data"]["revokedReason"] == REASON
    (entry,) = [entry for entry in read_audit(AuditFilter(noun="authn.oauthclient")) if entry.changes]
    assert entry.actor == "dana@treaty.test"
    assert ("revoked reason", "", REASON) in [(c.field, c.before, c.after) for c in entry.changes]
    again = act(staff, "oauthclient", "revoke_selected", issued.client, reason="Again.")
    assert "Nothing is left to stop among them." in again
    assert len(mails("client_revoked")) == 1


def test_a_partner_s_own_revocation_is_no_news(issued: IssuedClient, owner: Principal) -> None:
    revoke_client(client=issued.client, actor=owner)
    assert mails("client_revoked") == []


def test_revoke_a_token(staff: Client, issued: IssuedClient, tokens: dict[str, Any], post: Post, alice: User) -> None:
    post("token", issued, grant_type="client_credentials")
    delegated = OAuthToken.objects.exclude(user=None).get()
    assert "Revoked 1 token." in act(staff, "oauthtoken", "revoke_selected", delegated, reason=REASON)
    assert OAuthToken.objects.get().user is None
    assert not OAuthRefreshToken.objects.filter(revoked=None).exists()
    assert mails("client_tokens_revoked") == [("alice@acme.test", REASON)]
    (entry,) = [entry for entry in read_audit(AuditFilter(noun="authn.oauthclient")) if entry.reason]
    summary = f"OAuth client {issued.client.name} had tokens revoked"
    assert (entry.summary, entry.actor, entry.reason) == (summary, "dana@treaty.test", REASON)
    issued.client.refresh_from_db()
    assert issued.client.active


def test_only_staff_revoke_tokens_one_by_one(tokens: dict[str, Any], owner: Principal) -> None:
    with pytest.raises(ForbiddenError):
        revoke_tokens(tokens=OAuthToken.objects.all(), reason=REASON, actor=owner)
    assert OAuthToken.objects.count() == 1


def test_withdraw_a_consent(staff: Client, tokens: dict[str, Any], charlie: User) -> None:
    act(staff, "oauthconsent", "withdraw_selected", OAuthConsent.objects.get(), reason=REASON)
    assert not OAuthConsent.objects.exists()
    assert not OAuthToken.objects.exists()
    assert mails("access_withdrawn") == [(charlie.email, REASON)]
    (entry,) = [entry for entry in read_audit(AuditFilter(noun="authn.oauthconsent")) if entry.verb == "deleted"]
    assert (entry.actor, entry.reason) == ("dana@treaty.test", REASON)
