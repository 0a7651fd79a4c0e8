"""Clients of Acme's application and of Globex's, and a way through the whole code flow."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from django.test import Client

from applications.models import PartnerApplication
from authn.services.oauth import IssuedClient, create_client
from common.principal import SYSTEM
from partners.models import User

REDIRECT_URI = "https://acme.test/callback"
VERIFIER = "v" * 64
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
ALL_FLOWS = ("authorization_code", "client_credentials", "refresh_token")


def issue(application: PartnerApplication, **fields: Any) -> IssuedClient:
    """A client with every flow."""
    values = {"name": "Acme Sync", "redirect_uris": [REDIRECT_URI], "allowed_flows": ALL_FLOWS, **fields}
    return create_client(application=application, actor=SYSTEM, **values)


@pytest.fixture
def issued(application: PartnerApplication) -> IssuedClient:
    """A live client of Acme's application."""
    return issue(application)


@pytest.fixture
def post() -> Callable[..., Any]:
    """`post("token", issued, grant_type=...)` with HTTP Basic; without a client, bare."""

    def send(endpoint: str, client: IssuedClient | None = None, **parameters: str) -> Any:
        headers = {}
        if client is not None:
            pair = f"{client.client.client_id}:{client.client_secret}"
            headers["Authorization"] = "Basic " + base64.b64encode(pair.encode()).decode()
        return Client().post(
            f"/api/oauth/{endpoint}",
            urlencode(parameters),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )

    return send


def authorize_url(issued: IssuedClient, **changes: str | None) -> str:
    """An authorization request; a parameter set to None is left out."""
    parameters = {
        "response_type": "code",
        "client_id": issued.client.client_id,
        "redirect_uri": REDIRECT_URI,
        "scope": "read:leads manage:webhooks",
        "state": "xyz",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        **changes,
    }
    return "/api/oauth/authorize?" + urlencode({name: value for name, value in parameters.items() if value is not None})


def decide(user: User, url: str, decision: str = "allow") -> dict[str, str]:
    """Answer the consent page as `user`; the parameters that reach the client."""
    browser = Client()
    browser.force_login(user)
    response = browser.post(url, {"decision": decision})
    assert response.status_code == 303, response.content
    location = urlsplit(response["Location"])
    assert f"{location.scheme}://{location.netloc}{location.path}" == REDIRECT_URI
    return dict(parse_qsl(location.query))


def redeem(post: Callable[..., Any], issued: IssuedClient, code: str, **changes: str) -> Any:
    """Exchange a code."""
    parameters = {"code": code, "redirect_uri": REDIRECT_URI, "code_verifier": VERIFIER, **changes}
    return post("token", issued, grant_type="authorization_code", **parameters)


@pytest.fixture
def tokens(issued: IssuedClient, charlie: User, post: Callable[..., Any]) -> dict[str, Any]:
    """What Acme's client got when Charlie let it act for Globex."""
    body: dict[str, Any] = redeem(post, issued, decide(charlie, authorize_url(issued))["code"]).json()
    return body
