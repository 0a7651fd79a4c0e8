"""Making access and refresh tokens, as the toolkit's generators."""

from __future__ import annotations

from typing import Any

from oauthlib.common import Request

from authn.models import AccessTokenFormat
from authn.oauth.secrets import ACCESS_TOKEN_PREFIX, REFRESH_TOKEN_PREFIX, generate
from authn.oauth.signing import sign_access_token
from common.ids import uuid7


def origin_of(request: Request) -> Any:
    """The code or refresh token a token request stands on; None when the client acts for itself."""
    return getattr(request, "refresh_token_instance", None) or getattr(request, "grant", None)


def access_token(request: Request, refresh_token: bool = False) -> str:  # noqa: FBT001, FBT002 (oauthlib's signature)
    """A new access token in the client's format; its row will have the id `request.token_id`."""
    request.token_id = uuid7()
    if request.client.access_token_format == AccessTokenFormat.OPAQUE:
        return generate(ACCESS_TOKEN_PREFIX)
    origin = origin_of(request)
    return sign_access_token(
        token_id=request.token_id,
        client=request.client,
        user_id=origin.user_id if origin else None,
        partner_id=origin.partner_id if origin else request.client.partner_id,
        scopes=request.scopes,
        lifetime=request.expires_in,
    )


def refresh_token(request: Request, refresh_token: bool = False) -> str:  # noqa: FBT001, FBT002 (oauthlib's signature)
    """A new refresh token, always opaque."""
    return generate(REFRESH_TOKEN_PREFIX)
