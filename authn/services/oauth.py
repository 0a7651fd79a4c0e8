"""The OAuth 2.0 service: every verb in one place."""

from authn.services.oauth_clients import (
    IssuedClient,
    create_client,
    end_secret_overlap,
    revoke_client,
    rotate_client_secret,
    update_client,
)
from authn.services.oauth_tokens import (
    OAuthError,
    client_credentials_grant,
    exchange_authorization_code,
    introspect_token,
    refresh_token,
    revoke_token,
    validate_access_token,
)

__all__ = [
    "IssuedClient",
    "OAuthError",
    "client_credentials_grant",
    "create_client",
    "end_secret_overlap",
    "exchange_authorization_code",
    "introspect_token",
    "refresh_token",
    "revoke_client",
    "revoke_token",
    "rotate_client_secret",
    "update_client",
    "validate_access_token",
]
