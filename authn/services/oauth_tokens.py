"""Codes and tokens: issue, exchange, refresh, validate, introspect, revoke. The endpoints are these functions."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from oauth2_provider.settings import oauth2_settings
from oauthlib.common import Request
from oauthlib.oauth2 import OAuth2Error

from authn.models import OAuthClient, OAuthRefreshToken, OAuthToken
from authn.oauth.families import revoke_issued
from authn.oauth.secrets import is_access_token, is_opaque_token, token_digest
from authn.oauth.server import Server
from common.errors import DomainError

TOKEN_PATH = "/api/oauth/token"  # noqa: S105 (a path)
REVOCATION_PATH = "/api/oauth/token/revoke"
INTROSPECTION_PATH = "/api/oauth/token/introspect"


@dataclass(frozen=True)
class Answer:
    """What an OAuth endpoint sends."""

    status: int
    body: dict[str, Any] = field(repr=False)
    headers: dict[str, str] = field(default_factory=dict)


class OAuthError(DomainError):
    """A refusal in the words of RFC 6749, 5.2; `code` is its error code."""

    def __init__(self, code: str, message: str, *, answer: Answer | None = None) -> None:
        super().__init__(code, message)
        self.answer = answer or Answer(400, {"error": code, "error_description": message})


@lru_cache(maxsize=1)
def server() -> Server:
    """The one oauthlib server of this process."""
    built: Server = oauth2_settings.OAUTH2_SERVER_CLASS(
        oauth2_settings.OAUTH2_VALIDATOR_CLASS(), **oauth2_settings.server_kwargs
    )
    return built


def passed_on(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers of the server's that we pass on; the endpoints set the others."""
    return {name: value for name, value in headers.items() if name in {"Retry-After", "Deprecation", "Sunset"}}


def headers_of(authorization: str) -> dict[str, str]:
    """The request headers oauthlib and our validator read."""
    return {"HTTP_AUTHORIZATION": authorization} if authorization else {}


@transaction.atomic
def token_response(parameters: Mapping[str, str], *, authorization: str = "") -> Answer:
    """Answer a token request. One transaction: the lock on a code or refresh token lasts until its use is recorded."""
    try:
        headers, body, status = server().create_token_response(
            TOKEN_PATH, "POST", urlencode(parameters), headers_of(authorization)
        )
    except OAuth2Error as error:
        return Answer(error.status_code, dict(error.twotuples), passed_on(error.headers))
    return Answer(status, json.loads(body), passed_on(headers))


def request_token(parameters: Mapping[str, str | None]) -> dict[str, Any]:
    """The token response to `parameters`; raises OAuthError."""
    answer = token_response({name: value for name, value in parameters.items() if value is not None})
    if answer.status != 200:
        raise OAuthError(
            answer.body["error"], answer.body.get("error_description", answer.body["error"]), answer=answer
        )
    return answer.body


def client_credentials_grant(*, client_id: str, client_secret: str, scope: str | None = None) -> dict[str, Any]:
    """A token for the client itself (RFC 6749, 4.4)."""
    return request_token(
        {
            "grant_type": "client_credentials",
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
        }
    )


def exchange_authorization_code(
    *, code: str, client_id: str, client_secret: str | None, redirect_uri: str | None, code_verifier: str
) -> dict[str, Any]:
    """Tokens for a code (RFC 6749, 4.1.3; RFC 7636, 4.5)."""
    return request_token(
        {
            "grant_type": "authorization_code",
            "code": code,
            "client_id": client_id,
            "client_secret": client_secret,
            "redirect_uri": redirect_uri,
            "code_verifier": code_verifier,
        }
    )


def refresh_token(
    *, refresh_token: str, client_id: str, client_secret: str | None, scope: str | None = None
) -> dict[str, Any]:
    """A new pair for a refresh token, which thereby ends (RFC 6749, 6)."""
    return request_token(
        {
            "grant_type": "refresh_token",
            "refresh_token": refresh_token,
            "client_id": client_id,
            "client_secret": client_secret,
            "scope": scope,
        }
    )


def validate_access_token(token: str) -> OAuthToken | None:
    """The token, if it may be used now: not expired or revoked, its client and organization in good standing."""
    if not is_access_token(token):
        return None
    held: OAuthToken | None = (
        OAuthToken.objects.select_related("application__partner", "application__application", "partner", "user")
        .filter(token_checksum=token_digest(token), expires__gt=timezone.now())
        .first()
    )
    return held if held is not None and is_live(held) else None


def validate_refresh_token(token: str) -> OAuthRefreshToken | None:
    """The refresh token, if it could be used now."""
    if not is_opaque_token(token):
        return None
    held: OAuthRefreshToken | None = (
        OAuthRefreshToken.objects.select_related("application__partner", "application__application", "partner", "user")
        .filter(token_checksum=token_digest(token), revoked=None)
        .first()
    )
    return held if held is not None and held.expires > timezone.now() and is_live(held) else None


def is_live(token: OAuthToken | OAuthRefreshToken) -> bool:
    """Whether everything the token hangs on still allows it."""
    client: OAuthClient = token.application
    if not client.is_usable() or not token.partner.allows(client.environment):
        return False
    return token.user is None or token.user.is_active


def introspect_token(token: str, *, for_client: OAuthClient | None = None) -> dict[str, Any]:
    """What a token is (RFC 7662, 2.2). A client learns of its own partner's tokens alone; None asks for any."""
    held = validate_access_token(token) or validate_refresh_token(token)
    if held is None or (for_client is not None and held.application.partner_id != for_client.partner_id):
        return {"active": False}
    client: OAuthClient = held.application
    return {
        "active": True,
        "scope": held.scope,
        "client_id": client.client_id,
        "token_type": "Bearer" if isinstance(held, OAuthToken) else "refresh_token",
        "exp": int(held.expires.timestamp()),
        "iat": int(held.created.timestamp()),
        "sub": str(held.user_id or client.client_id),
        "aud": settings.OAUTH_ISSUER,
        "iss": settings.OAUTH_ISSUER,
        "jti": str(held.id),
        "partner_id": str(held.partner_id),
        "application_id": str(client.application_id),
        "environment": client.environment,
    }


def revocation_response(parameters: Mapping[str, str], *, authorization: str = "") -> Answer:
    """Answer a revocation request (RFC 7009)."""
    headers, body, status = server().create_revocation_response(
        REVOCATION_PATH, "POST", urlencode(parameters), headers_of(authorization)
    )
    return Answer(status, json.loads(body) if body else {}, passed_on(headers))


def authenticate_client(parameters: Mapping[str, str], *, authorization: str = "") -> OAuthClient:
    """The confidential client that sent a request; raises OAuthError."""
    request = Request(INTROSPECTION_PATH, "POST", urlencode(parameters), headers_of(authorization))
    try:
        authenticated = server().request_validator.authenticate_client(request)
    except OAuth2Error as error:
        answer = Answer(error.status_code, dict(error.twotuples), passed_on(error.headers))
        raise OAuthError(error.error, error.description, answer=answer) from error
    if not authenticated:
        body = {"error": "invalid_client", "error_description": "The client is unknown, or its secret is wrong."}
        raise OAuthError(body["error"], body["error_description"], answer=Answer(401, body))
    client: OAuthClient = request.client
    return client


def revoke_token(token: str, *, client: OAuthClient) -> None:
    """End a token of `client` and what hangs on it; any other value is no error."""
    revoke_issued(token, client)
