"""Introspection (RFC 7662)."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from pytest_django import Settings
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.models import OAuthToken
from authn.services.oauth import IssuedClient
from partners.models import User
from tests.authn.oauth.conftest import issue
from tests.conftest import make_application

Post = Callable[..., Any]
Tokens = dict[str, Any]
INACTIVE = {"active": False}


def test_a_client_learns_what_its_token_is(
    issued: IssuedClient, tokens: Tokens, post: Post, charlie: User, settings: Settings, globex: Any
) -> None:
    answer = post("token/introspect", issued, token=tokens["access_token"])
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    token = OAuthToken.objects.get()
    assert answer.json() == {
        "active": True,
        "scope": "read:leads manage:webhooks",
        "client_id": issued.client.client_id,
        "token_type": "Bearer",
        "exp": int(token.expires.timestamp()),
        "iat": int(token.created.timestamp()),
        "sub": str(charlie.id),
        "aud": settings.OAUTH_ISSUER,
        "iss": settings.OAUTH_ISSUER,
        "jti": str(token.id),
        "partner_id": str(globex.id),
        "application_id": str(issued.client.application_id),
        "environment": "live",
    }


def test_a_token_nobody_consented_to_is_the_clients_own(issued: IssuedClient, post: Post) -> None:
    token = post("token", issued, grant_type="client_credentials").json()["access_token"]
    body = post("token/introspect", issued, token=token).json()
    assert body["sub"] == issued.client.client_id
    assert body["partner_id"] == str(issued.client.partner_id)


def test_a_refresh_token_can_be_introspected(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    body = post("token/introspect", issued, token=tokens["refresh_token"], token_type_hint="refresh_token").json()
    assert (body["active"], body["token_type"]) == (True, "refresh_token")


def test_another_partners_token_is_inactive_to_a_client(tokens: Tokens, post: Post, globex: Any) -> None:
    other = issue(make_application(globex, "Other"))
    assert post("token/introspect", other, token=tokens["access_token"]).json() == INACTIVE


@pytest.mark.parametrize("value", ["garbage", "at_" + "0" * 46, "eyJhbGciOiJub25lIn0.e30."])
def test_an_unknown_token_is_inactive(issued: IssuedClient, post: Post, value: str) -> None:
    answer = post("token/introspect", issued, token=value)
    assert (answer.status_code, answer.json()) == (200, INACTIVE)


def test_an_expired_token_is_inactive(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    OAuthToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert post("token/introspect", issued, token=tokens["access_token"]).json() == INACTIVE


def test_a_suspended_organizations_token_is_inactive(
    issued: IssuedClient, tokens: Tokens, post: Post, globex: Any
) -> None:
    globex.status = "suspended"
    globex.save()
    assert post("token/introspect", issued, token=tokens["access_token"]).json() == INACTIVE


def test_introspection_is_for_those_who_authenticate(issued: IssuedClient, tokens: Tokens, post: Post) -> None:
    answer = post("token/introspect", token=tokens["access_token"])
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    answer = post("token/introspect", IssuedClient(issued.client, "wrong"), token=tokens["access_token"])
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Basic ")


def test_the_core_platform_introspects_any_token(tokens: Tokens, service_key: str) -> None:
    browser = APIClient()
    browser.credentials(HTTP_AUTHORIZATION=f"Bearer {service_key}")
    form = "application/x-www-form-urlencoded"
    answer = browser.post("/api/oauth/token/introspect", f"token={tokens['access_token']}", content_type=form)
    assert (answer.status_code, answer.json()["active"]) == (200, True)


def test_a_partners_key_does_not(tokens: Tokens, acme_key: str) -> None:
    browser = APIClient()
    browser.credentials(HTTP_AUTHORIZATION=f"Bearer {acme_key}")
    form = "application/x-www-form-urlencoded"
    answer = browser.post("/api/oauth/token/introspect", f"token={tokens['access_token']}", content_type=form)
    assert answer.status_code == 401
    assert answer["WWW-Authenticate"].startswith("Bearer ")


def test_a_missing_token_is_an_invalid_request(issued: IssuedClient, post: Post) -> None:
    answer = post("token/introspect", issued)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_a_suspended_application_is_told_nothing(
    issued: IssuedClient, tokens: Tokens, post: Post, application: PartnerApplication
) -> None:
    application.status = "suspended"
    application.save()
    assert post("token/introspect", issued, token=tokens["access_token"]).status_code == 401
