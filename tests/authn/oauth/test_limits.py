"""The token endpoints are limited by address and by client."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pytest_django import Settings

from authn.models import OAuthToken
from authn.services.oauth import IssuedClient

Post = Callable[..., Any]


def test_a_client_is_limited(issued: IssuedClient, post: Post, settings: Settings) -> None:
    settings.OAUTH_RATE_LIMITS = {"address": 6000, "client": 2}
    for _ in range(2):
        assert post("token", issued, grant_type="client_credentials").status_code == 200
    answer = post("token", issued, grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
    assert 1 <= int(answer["Retry-After"]) <= 1800
    assert answer["Cache-Control"] == "no-store"
    assert OAuthToken.objects.count() == 2
    assert post("token/introspect", issued, token="x").status_code == 429
    assert post("token/revoke", issued, token="x").status_code == 429


def test_nobody_empties_a_clients_bucket_in_its_name(issued: IssuedClient, post: Post, settings: Settings) -> None:
    settings.OAUTH_RATE_LIMITS = {"address": 6000, "client": 2}
    for _ in range(5):
        answer = post("token", IssuedClient(issued.client, "wrong"), grant_type="client_credentials")
        assert answer.status_code == 401
    assert post("token", issued, grant_type="client_credentials").status_code == 200


@pytest.mark.parametrize("endpoint", ["token", "token/revoke", "token/introspect"])
def test_an_address_is_limited(db: None, post: Post, settings: Settings, endpoint: str) -> None:
    settings.OAUTH_RATE_LIMITS = {"address": 1, "client": 2}
    post(endpoint, token="x")
    answer = post(endpoint, token="x")
    assert (answer.status_code, answer.json()["error"]) == (429, "temporarily_unavailable")
    assert int(answer["Retry-After"]) >= 1
