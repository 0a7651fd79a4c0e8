"""Credentials and the calls made with them."""

from authn.models.api_call import ApiCall, SpooledCall
from authn.models.api_key import ApiKey
from authn.models.idempotency import IdempotencyRecord
from authn.models.oauth import (
    OAuthClient,
    OAuthDeviceGrant,
    OAuthGrant,
    OAuthIdToken,
    OAuthRefreshToken,
    OAuthToken,
)
from authn.models.service_account import ServiceAccount

__all__ = [
    "ApiCall",
    "ApiKey",
    "IdempotencyRecord",
    "OAuthClient",
    "OAuthDeviceGrant",
    "OAuthGrant",
    "OAuthIdToken",
    "OAuthRefreshToken",
    "OAuthToken",
    "ServiceAccount",
    "SpooledCall",
]
