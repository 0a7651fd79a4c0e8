"""Revocation (RFC 7009), and taking back a consent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from authn.models import OAuthConsent, OAuthRefreshToken, OAuthToken
from authn.services.oauth import IssuedClient, revoke_token
from authn.services.oauth_authorization import withdraw_consent
from common.errors import ForbiddenError
from common.principal import Principal, PrincipalKind
from partners.models import PartnerMember, User
from partners.selectors import principal_of_member
from tests.authn.oauth.conftest import authorize_url, decide, issue, redeem
from tests.conftest import make_application

Post = Callable[..., Any]
Tokens = dict[str, Any]


def nothing_is_left() -> bool:
    return not OAuthToken.objects.exists() and not OAuthRefreshToken.objects.filter(revoked=None).exists()


@pytest.mark.parametrize("which", ["access_token", "refresh_token"])
@pytest.mark.parametrize("hint", ["access_token", "refresh_token", "unheard_of", None])
def test_revoking_one_token_ends_the_pair(
    issued: IssuedClient, tokens: Tokens, post: Post, which: str, hint: str | None
) -> None:
    hints = {"token_type_hint": hint} if hint else {}
    answer = post("token/revoke", issued, token=tokens[which], **hints)
    assert (answer.status_code, answer.content) == (200, b"")
    assert nothing_is_left()


def test_an_unknown_token_is_no_error(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    assert post("token/revoke", issued, token="garbage").status_code == 200
    assert OAuthToken.objects.count() == 1


def test_another_clients_token_stays(tokens: Tokens, post: Post, globex: Any) -> None:
    other = issue(make_application(globex, "Other"))
    assert post("token/revoke", other, token=tokens["access_token"]).status_code == 200
    assert OAuthToken.objects.count() == 1


def test_revocation_is_for_the_client(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    answer = post("token/revoke", IssuedClient(issued.client, "wrong"), token=tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert post("token/revoke", token=tokens["access_token"]).status_code == 401
    assert OAuthToken.objects.count() == 1


def test_a_missing_token_is_an_invalid_request(issued: IssuedClient, post: Post) -> None:
    answer = post("token/revoke", issued)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_client_credentials_token_ends_alone(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    own = post("token", issued, grant_type="client_credentials").json()["access_token"]
    revoke_token(own, client=issued.client)
    assert OAuthToken.objects.count() == 1


def test_withdrawing_consent_ends_its_tokens_and_codes(
    issued: IssuedClient, tokens: Tokens, post: Post, charlie: User
) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    own = post("token", issued, grant_type="client_credentials").json()["access_token"]
    withdraw_consent(
        consent=OAuthConsent.objects.get(),
        actor=principal_of_member(PartnerMember.objects.get(user=charlie)),
    )
    assert redeem(post, issued, code).json()["error"] == "invalid_grant"
    assert OAuthToken.objects.count() == 1
    assert post("token/introspect", issued, token=own).json()["active"] is True
    assert not OAuthConsent.objects.exists()


def test_a_stranger_cannot_withdraw_it(tokens: Tokens, alice: User) -> None:
    stranger = principal_of_member(PartnerMember.objects.get(user=alice))
    with pytest.raises(ForbiddenError):
        withdraw_consent(consent=OAuthConsent.objects.get(), actor=stranger)
    assert OAuthConsent.objects.count() == 1
    assert OAuthToken.objects.count() == 1


def test_a_colleague_needs_to_be_owner(tokens: Tokens, globex: Any) -> None:
    colleague = User.objects.create_user("carol@globex.test", "correct horse battery")
    member = PartnerMember.objects.create(partner=globex, user=colleague, role="developer")
    with pytest.raises(ForbiddenError):
        withdraw_consent(consent=OAuthConsent.objects.get(), actor=principal_of_member(member))
    member.role = "owner"
    withdraw_consent(consent=OAuthConsent.objects.get(), actor=principal_of_member(member))
    assert nothing_is_left()


def test_staff_may(tokens: Tokens, dana: User) -> None:
    withdraw_consent(consent=OAuthConsent.objects.get(), actor=Principal(kind=PrincipalKind.STAFF, user_id=dana.id))
    assert nothing_is_left()
