"""What every machine endpoint refuses, and the metadata document."""

from __future__ import annotations

import base64
from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from authn.models import OAuthToken
from authn.services.oauth import IssuedClient

Post = Callable[..., Any]
FORM = "application/x-www-form-urlencoded"
ENDPOINTS = ["token", "token/revoke", "token/introspect"]


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("content_type", ["application/json", "text/plain", "multipart/form-data; boundary=x", ""])
def test_another_content_type_is_an_invalid_request(db: None, endpoint: str, content_type: str) -> None:
    answer = Client().post(f"/api/oauth/{endpoint}", b'{"grant_type": "x"}', content_type=content_type)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_parameters_in_the_url_are_refused(issued: IssuedClient, endpoint: str) -> None:
    answer = Client().post(f"/api/oauth/{endpoint}?client_secret=x", "token=x", content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("endpoint", ENDPOINTS)
@pytest.mark.parametrize("body", ["scope=a&scope=b", "token=a%00b", "client_id=%00", "=", "a=" + "b" * 1000 + "&a=c"])
def test_malformed_forms_are_refused(db: None, endpoint: str, body: str) -> None:
    answer = Client().post(f"/api/oauth/{endpoint}", body, content_type=FORM)
    # Introspection asks who is calling before it reads a form that can be read.
    expected = (401, "invalid_client") if (endpoint, body) == ("token/introspect", "=") else (400, "invalid_request")
    assert (answer.status_code, answer.json()["error"]) == expected


@pytest.mark.parametrize("endpoint", ENDPOINTS)
def test_a_huge_body_is_refused(db: None, endpoint: str) -> None:
    answer = Client().post(f"/api/oauth/{endpoint}", "a=" + "b" * (1024 * 1024), content_type=FORM)
    assert (answer.status_code, answer.json()["error"]) == (413, "invalid_request")


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_only_post(db: None, method: str) -> None:
    answer = getattr(Client(), method)("/api/oauth/token")
    assert answer.status_code == 405
    assert answer.json()["error"] == "invalid_request"


@pytest.mark.parametrize(
    ("grant_type", "error"),
    [("", "invalid_request"), ("password", "unsupported_grant_type"), ("implicit", "unsupported_grant_type"),
     ("urn:ietf:params:oauth:grant-type:device_code", "unsupported_grant_type")],
)  # fmt: skip
def test_other_grants_are_unsupported(issued: IssuedClient, post: Post, grant_type: str, error: str) -> None:
    answer = post("token", issued, grant_type=grant_type, username="alice", password="x")
    assert (answer.status_code, answer.json()["error"]) == (400, error)
    assert not OAuthToken.objects.exists()


@pytest.mark.parametrize(
    "header",
    ["Basic", "Basic !!!", "Digest x", "basic Og=="]
    + ["Basic " + base64.b64encode(pair).decode() for pair in (b"nocolon", b"\xff:x", b"a\x00:b")],
)
def test_a_malformed_authorization_header_is_a_401(issued: IssuedClient, header: str) -> None:
    answer = Client().post(
        "/api/oauth/token", "grant_type=client_credentials", content_type=FORM, headers={"Authorization": header}
    )
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


def test_two_ways_of_authenticating_are_one_too_many(issued: IssuedClient, post: Post) -> None:
    answer = post("token", issued, grant_type="client_credentials", client_secret=str(issued.client_secret))
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")


def test_the_scheme_is_case_insensitive_and_the_pair_form_encoded(issued: IssuedClient) -> None:
    secret = "".join(f"%{ord(letter):02x}" for letter in str(issued.client_secret))
    pair = base64.b64encode(f"{issued.client.client_id}:{secret}".encode()).decode()
    answer = Client().post(
        "/api/oauth/token", "grant_type=client_credentials", content_type=FORM,
        headers={"Authorization": f"bAsIc {pair}"},
    )  # fmt: skip
    assert answer.status_code == 200


def test_metadata(db: None, settings: Settings) -> None:
    settings.OAUTH_ISSUER = "https://api.treaty.test"
    answer = Client().get("/.well-known/oauth-authorization-server")
    assert answer["Content-Type"] == "application/json"
    document = answer.json()
    assert document["issuer"] == "https://api.treaty.test"
    assert document["authorization_endpoint"] == "https://api.treaty.test/api/oauth/authorize"
    assert document["token_endpoint"] == "https://api.treaty.test/api/oauth/token"
    assert document["revocation_endpoint"] == "https://api.treaty.test/api/oauth/token/revoke"
    assert document["introspection_endpoint"] == "https://api.treaty.test/api/oauth/token/introspect"
    assert document["grant_types_supported"] == ["authorization_code", "client_credentials", "refresh_token"]
    assert document["code_challenge_methods_supported"] == ["S256"]
    assert document["response_types_supported"] == ["code"]
    assert document["authorization_response_iss_parameter_supported"] is True
    assert "admin" not in document["scopes_supported"]


def test_the_metadata_of_an_issuer_with_a_path(db: None, settings: Settings) -> None:
    settings.OAUTH_ISSUER = "https://treaty.test/tenant"
    assert Client().get("/.well-known/oauth-authorization-server/tenant").status_code == 200
    assert Client().get("/.well-known/oauth-authorization-server").status_code == 404
