"""The daily job removes what expired, and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.utils import timezone

from authn.actors import clean_oauth_tokens
from authn.models import OAuthGrant, OAuthRefreshToken, OAuthToken
from authn.services.oauth import IssuedClient

Post = Callable[..., Any]


def test_it_keeps_what_may_still_be_used(issued: IssuedClient, tokens: dict[str, Any], post: Post) -> None:
    rotated = post("token", issued, grant_type="refresh_token", refresh_token=tokens["refresh_token"]).json()
    clean_oauth_tokens()
    assert (OAuthGrant.objects.count(), OAuthToken.objects.count(), OAuthRefreshToken.objects.count()) == (1, 1, 2)
    OAuthToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    OAuthGrant.objects.update(expires=timezone.now() - timedelta(seconds=1))
    clean_oauth_tokens()
    # The expired access token stays while its refresh token can be used.
    assert (OAuthGrant.objects.count(), OAuthToken.objects.count(), OAuthRefreshToken.objects.count()) == (0, 1, 2)
    again = post("token", issued, grant_type="refresh_token", refresh_token=rotated["refresh_token"])
    assert again.status_code == 200


def test_it_removes_what_has_expired(issued: IssuedClient, tokens: dict[str, Any], post: Post) -> None:
    post("token", issued, grant_type="client_credentials")
    OAuthRefreshToken.objects.update(created=timezone.now() - timedelta(days=31))
    OAuthToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    OAuthGrant.objects.update(expires=timezone.now() - timedelta(seconds=1))
    clean_oauth_tokens()
    assert (OAuthGrant.objects.count(), OAuthToken.objects.count(), OAuthRefreshToken.objects.count()) == (0, 0, 0)
