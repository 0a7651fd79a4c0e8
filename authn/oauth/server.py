"""The grants we offer, and nothing else."""

from __future__ import annotations

import re
from collections.abc import Iterable
from http import HTTPStatus
from typing import Any

from django.conf import settings
from oauthlib.common import Request
from oauthlib.oauth2 import (
    AuthorizationEndpoint,
    BearerToken,
    ClientCredentialsGrant,
    ResourceEndpoint,
    RevocationEndpoint,
    TokenEndpoint,
)
from oauthlib.oauth2.rfc6749 import errors
from oauthlib.oauth2.rfc6749.grant_types import AuthorizationCodeGrant, RefreshTokenGrant
from oauthlib.oauth2.rfc6749.grant_types.authorization_code import code_challenge_method_s256

from authn.models import OAuthFlow

S256_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")


def check_resource(request: Request, parameters: Iterable[tuple[str, str]]) -> None:
    """There is one resource server, this one: naming another is refused rather than ignored."""
    if any(name == "resource" and value != settings.OAUTH_ISSUER for name, value in parameters):
        raise errors.CustomOAuth2Error(
            error="invalid_target", description=f"The resource must be {settings.OAUTH_ISSUER}.", request=request
        )


def check_request(request: Request) -> dict[str, Any]:
    """What cannot end well is refused before a person is asked.

    A challenge that no S256 verifier can meet (RFC 7636, 4.2); an answer elsewhere than in the query; a resource that
    is not this one (RFC 8707, 2).
    """
    if request.response_mode not in {None, "query"}:
        raise errors.InvalidRequestError(description="response_mode must be query.", request=request)
    check_resource(request, request.uri_query_params)
    if request.code_challenge is not None and not S256_CHALLENGE.fullmatch(request.code_challenge):
        raise errors.InvalidRequestError(
            description="code_challenge must be the base64url SHA-256 of a verifier: 43 characters.", request=request
        )
    return {}


def withhold_refresh_token(token: dict[str, Any], handler: BearerToken, request: Request) -> dict[str, Any]:
    """A client without the refresh flow gets no refresh token."""
    if not request.client.allows_flow(OAuthFlow.REFRESH_TOKEN):
        token.pop("refresh_token", None)
    return token


class Telling:
    """A grant whose answer tells a client when its application will stop, as every use of its tokens does."""

    def create_token_response(self, request: Request, token_handler: BearerToken) -> tuple[dict[str, str], str, int]:
        """The grant's own answer, with the notice."""
        headers, body, status = super().create_token_response(request, token_handler)  # type: ignore[misc]  # (the grant's)
        if status == HTTPStatus.OK:
            headers.update(request.client.application.notice_headers())
        return headers, body, status


class ClientCredentials(Telling, ClientCredentialsGrant):
    """A token for the client itself."""


class Refresh(Telling, RefreshTokenGrant):
    """A new pair for a refresh token."""


class S256Grant(Telling, AuthorizationCodeGrant):
    """The authorization code grant with S256 as the only challenge method (RFC 9700, 2.1.1)."""

    _code_challenge_methods = {"S256": code_challenge_method_s256}


class Server(AuthorizationEndpoint, TokenEndpoint, ResourceEndpoint, RevocationEndpoint):
    """Authorization code, client credentials and refresh; no implicit, password or device grant."""

    def __init__(
        self,
        request_validator: Any,
        token_expires_in: Any = None,
        token_generator: Any = None,
        refresh_token_generator: Any = None,
        **kwargs: Any,
    ) -> None:
        code_grant = S256Grant(request_validator, pre_auth=[check_request])
        code_grant.register_token_modifier(withhold_refresh_token)
        bearer = BearerToken(request_validator, token_generator, self.expires_in, refresh_token_generator)
        AuthorizationEndpoint.__init__(
            self, default_response_type="code", response_types={"code": code_grant}, default_token_type=bearer
        )
        TokenEndpoint.__init__(
            self,
            default_grant_type="authorization_code",
            grant_types={
                "authorization_code": code_grant,
                "client_credentials": ClientCredentials(request_validator),
                "refresh_token": Refresh(request_validator),
            },
            default_token_type=bearer,
        )
        ResourceEndpoint.__init__(self, default_token="Bearer", token_types={"Bearer": bearer})  # noqa: S106 (a type)
        RevocationEndpoint.__init__(self, request_validator)

    @staticmethod
    def expires_in(request: Request) -> int:
        """Each client has its own token lifetime."""
        lifetime: int = request.client.token_lifetime
        return lifetime
