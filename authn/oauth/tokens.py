"""Making access and refresh tokens, as the toolkit's generators."""

from __future__ import annotations

from oauthlib.common import Request

from authn.oauth.secrets import ACCESS_TOKEN_PREFIX, REFRESH_TOKEN_PREFIX, generate
from common.ids import uuid7


def access_token(request: Request, refresh_token: bool = False) -> str:  # noqa: FBT001, FBT002 (oauthlib's signature)
    """A new access token in the client's format; its row will have the id `request.token_id`."""
    request.token_id = uuid7()
    return generate(ACCESS_TOKEN_PREFIX)


def refresh_token(request: Request, refresh_token: bool = False) -> str:  # noqa: FBT001, FBT002 (oauthlib's signature)
    """A new refresh token, always opaque."""
    return generate(REFRESH_TOKEN_PREFIX)
