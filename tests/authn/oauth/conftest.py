"""Clients of Acme's application and of Globex's, and a way through the whole code flow."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from applications.models import PartnerApplication
from authn.services.oauth import IssuedClient, create_client
from common.principal import SYSTEM

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
            "&".join(f"{name}={value}" for name, value in parameters.items()),
            content_type="application/x-www-form-urlencoded",
            headers=headers,
        )

    return send
