"""JWT access tokens (RFC 9068) and the keys that sign them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from joserfc import jwt
from joserfc.errors import BadSignatureError
from joserfc.jwk import KeySet
from pytest_django import Settings
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.actors import rotate_oauth_signing_key
from authn.models import OAuthSigningKey, OAuthToken
from authn.oauth import signing
from authn.services.oauth import IssuedClient
from partners.models import User
from tests.authn.oauth.conftest import authorize_url, decide, issue, redeem

Post = Callable[..., Any]
Api = Callable[..., APIClient]


@pytest.fixture(autouse=True)
def fresh_key() -> Iterator[None]:
    """Each test has a database of its own, so no process may remember a key."""
    signing.cached.until = 0
    yield
    signing.cached.until = 0


@pytest.fixture
def jwt_client(application: PartnerApplication) -> IssuedClient:
    """A client whose access tokens are JWTs."""
    return issue(application, access_token_format="jwt")


def published() -> KeySet:
    return KeySet.import_key_set(Client().get("/.well-known/jwks.json").json())


def token_of(post: Post, client: IssuedClient) -> str:
    return str(post("token", client, grant_type="client_credentials", scope="manage:keys").json()["access_token"])


def test_another_service_can_check_it_without_asking_us(
    jwt_client: IssuedClient, charlie: User, globex: Any, post: Post, settings: Settings
) -> None:
    answer = redeem(post, jwt_client, decide(charlie, authorize_url(jwt_client))["code"]).json()
    decoded = jwt.decode(answer["access_token"], published(), algorithms=["RS256"])
    token = OAuthToken.objects.get()
    assert decoded.header == {"typ": "at+jwt", "alg": "RS256", "kid": OAuthSigningKey.objects.get().kid}
    assert decoded.claims == {
        "iss": settings.OAUTH_ISSUER,
        "aud": settings.OAUTH_ISSUER,
        "sub": str(charlie.id),
        "client_id": jwt_client.client.client_id,
        "iat": decoded.claims["iat"],
        "exp": decoded.claims["iat"] + 3600,
        "jti": str(token.id),
        "scope": "read:leads manage:webhooks",
        "partner_id": str(globex.id),
        "application_id": str(jwt_client.client.application_id),
        "environment": "live",
    }
    assert answer["refresh_token"].startswith("rt_")
    assert token.token == ""


def test_a_client_acting_for_itself_is_the_subject(jwt_client: IssuedClient, post: Post) -> None:
    claims = jwt.decode(token_of(post, jwt_client), published(), algorithms=["RS256"]).claims
    assert (claims["sub"], claims["partner_id"]) == (
        jwt_client.client.client_id,
        str(jwt_client.client.partner_id),
    )


def test_the_api_looks_it_up_so_revocation_holds_at_once(jwt_client: IssuedClient, post: Post, api: Api) -> None:
    token = token_of(post, jwt_client)
    assert api(token).get("/api/oauth/clients").status_code == 200
    assert post("token/introspect", jwt_client, token=token).json()["active"] is True
    post("token/revoke", jwt_client, token=token)
    assert api(token).get("/api/oauth/clients").status_code == 401
    assert post("token/introspect", jwt_client, token=token).json() == {"active": False}


def test_a_forged_one_is_nothing(jwt_client: IssuedClient, post: Post, api: Api) -> None:
    header, payload, signature = token_of(post, jwt_client).split(".")
    forged = f"{header}.{payload}.{signature[:-4]}AAAA"
    assert api(forged).get("/api/oauth/clients").status_code == 401
    with pytest.raises(BadSignatureError):
        jwt.decode(forged, published(), algorithms=["RS256"])


def test_rotation_publishes_first_and_signs_later(jwt_client: IssuedClient, post: Post) -> None:
    before = token_of(post, jwt_client)
    old = OAuthSigningKey.objects.get()
    rotate_oauth_signing_key()
    new = OAuthSigningKey.objects.exclude(pk=old.pk).get()
    signing.cached.until = 0
    keys = published()
    assert {key.kid for key in keys.keys} == {old.kid, new.kid}
    assert jwt.decode(token_of(post, jwt_client), keys, algorithms=["RS256"]).header["kid"] == old.kid
    OAuthSigningKey.objects.filter(pk=old.pk).update(retired_at=timezone.now())
    signing.cached.until = 0
    assert jwt.decode(token_of(post, jwt_client), published(), algorithms=["RS256"]).header["kid"] == new.kid
    assert jwt.decode(before, published(), algorithms=["RS256"]).header["kid"] == old.kid
    OAuthSigningKey.objects.filter(pk=old.pk).update(retired_at=timezone.now() - timedelta(days=2, seconds=1))
    assert {key.kid for key in published().keys} == {new.kid}
    rotate_oauth_signing_key()
    assert not OAuthSigningKey.objects.filter(pk=old.pk).exists()


def test_the_private_half_is_encrypted_at_rest(jwt_client: IssuedClient, post: Post) -> None:
    token_of(post, jwt_client)
    stored = OAuthSigningKey.objects.extra(select={"raw": "private_key"}).values("raw").get()["raw"]
    assert "PRIVATE KEY" in OAuthSigningKey.objects.get().private_key
    assert "PRIVATE KEY" not in stored
    assert set(published().keys[0].as_dict()) == {"kty", "use", "alg", "kid", "n", "e"}


def test_the_metadata_names_the_keys(db: None, settings: Settings) -> None:
    settings.OAUTH_ISSUER = "https://api.treaty.test"
    document = Client().get("/.well-known/oauth-authorization-server").json()
    assert document["jwks_uri"] == "https://api.treaty.test/.well-known/jwks.json"
