"""Refresh tokens: rotation, reuse, expiry, narrowing."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from applications.models import PartnerApplication
from authn.models import OAuthRefreshToken, OAuthToken
from authn.services.oauth import IssuedClient, OAuthError, refresh_token, validate_access_token
from partners.models import User
from tests.authn.oauth.conftest import issue
from tests.conftest import give_role, make_application

Post = Callable[..., Any]
Tokens = dict[str, Any]


def refresh(post: Post, issued: IssuedClient, token: str, **parameters: str) -> Any:
    return post("token", issued, grant_type="refresh_token", refresh_token=token, **parameters)


def test_a_refresh_gives_a_new_pair_and_ends_the_old_one(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    answer = refresh(post, issued, tokens["refresh_token"])
    assert answer.status_code == 200
    body = answer.json()
    assert body["scope"] == tokens["scope"]
    assert body["refresh_token"] != tokens["refresh_token"]
    assert validate_access_token(body["access_token"]) is not None
    assert validate_access_token(tokens["access_token"]) is None
    assert OAuthRefreshToken.objects.filter(revoked=None).count() == 1
    assert OAuthRefreshToken.objects.values("token_family").distinct().count() == 1


def test_reuse_of_a_rotated_token_ends_the_family(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    second = refresh(post, issued, tokens["refresh_token"]).json()
    again = refresh(post, issued, tokens["refresh_token"])
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not OAuthToken.objects.exists()
    assert not OAuthRefreshToken.objects.filter(revoked=None).exists()
    assert refresh(post, issued, second["refresh_token"]).json()["error"] == "invalid_grant"


def test_another_client_can_neither_use_nor_end_it(
    issued: IssuedClient, tokens: Tokens, post: Post, globex: Any
) -> None:
    other = issue(make_application(globex, "Other"))
    assert refresh(post, other, tokens["refresh_token"]).json()["error"] == "invalid_grant"
    assert refresh(post, issued, tokens["refresh_token"]).status_code == 200


def test_a_narrower_scope_narrows_this_access_token_alone(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    narrow = refresh(post, issued, tokens["refresh_token"], scope="read:leads").json()
    assert narrow["scope"] == "read:leads"
    assert refresh(post, issued, narrow["refresh_token"]).json()["scope"] == "read:leads manage:webhooks"


def test_a_wider_scope_is_refused(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    answer = refresh(post, issued, tokens["refresh_token"], scope="read:leads read:claims")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert refresh(post, issued, tokens["refresh_token"]).status_code == 200


def test_a_refresh_token_lives_thirty_days(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    OAuthRefreshToken.objects.update(created=timezone.now() - timedelta(days=30, seconds=-5))
    second = refresh(post, issued, tokens["refresh_token"])
    assert second.status_code == 200
    OAuthRefreshToken.objects.update(created=timezone.now() - timedelta(days=30))
    assert refresh(post, issued, second.json()["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_permission_withdrawn_meanwhile_is_not_issued(
    issued: IssuedClient, tokens: Tokens, post: Post, application: PartnerApplication
) -> None:
    application.approved_permissions = ["read:leads"]
    application.save()
    assert refresh(post, issued, tokens["refresh_token"]).json()["scope"] == "read:leads"


@pytest.mark.parametrize("state", ["suspended", "inactive", "pending"])
def test_an_organization_that_lost_its_standing_stops_it(
    issued: IssuedClient, tokens: Tokens, post: Post, globex: Any, state: str
) -> None:
    globex.status = state
    globex.save()
    assert refresh(post, issued, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_who_left_the_organization_stops_it(issued: IssuedClient, tokens: Tokens, post: Post, charlie: User) -> None:
    give_role(charlie, None)
    assert refresh(post, issued, tokens["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_person_who_was_deactivated_stops_it(issued: IssuedClient, tokens: Tokens, post: Post, charlie: User) -> None:
    charlie.is_active = False
    charlie.save()
    assert refresh(post, issued, tokens["refresh_token"]).json()["error"] == "invalid_grant"


@pytest.mark.parametrize("value", ["garbage", "rt_" + "0" * 46, "é" * 49])
def test_garbage_is_an_invalid_grant(issued: IssuedClient, post: Post, value: str) -> None:
    assert refresh(post, issued, value).json()["error"] == "invalid_grant"


def test_the_access_token_is_no_refresh_token(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    assert refresh(post, issued, tokens["access_token"]).json()["error"] == "invalid_grant"


def test_the_service_is_the_endpoint(issued: IssuedClient, tokens: Tokens) -> None:
    credentials: Any = {"client_id": issued.client.client_id, "client_secret": issued.client_secret}
    body = refresh_token(refresh_token=tokens["refresh_token"], **credentials)
    assert body["scope"] == tokens["scope"]
    with pytest.raises(OAuthError) as refused:
        refresh_token(refresh_token=tokens["refresh_token"], **credentials)
    assert refused.value.code == "invalid_grant"
