"""Credentials and the calls made with them."""

from authn.models.api_call import ApiCall, SpooledCall
from authn.models.api_key import ApiKey
from authn.models.gateway_route import GatewayRoute
from authn.models.idempotency import IdempotencyRecord
from authn.models.monthly_calls import MonthlyCalls
from authn.models.oauth import (
    AccessTokenFormat,
    OAuthClient,
    OAuthClientType,
    OAuthConsent,
    OAuthDeviceGrant,
    OAuthFlow,
    OAuthGrant,
    OAuthIdToken,
    OAuthRefreshToken,
    OAuthSigningKey,
    OAuthToken,
)
from authn.models.service_account import ServiceAccount
from authn.models.suspicious_activity import SuspiciousActivity

__all__ = [
    "AccessTokenFormat",
    "ApiCall",
    "ApiKey",
    "GatewayRoute",
    "IdempotencyRecord",
    "MonthlyCalls",
    "OAuthClient",
    "OAuthClientType",
    "OAuthConsent",
    "OAuthDeviceGrant",
    "OAuthFlow",
    "OAuthGrant",
    "OAuthIdToken",
    "OAuthRefreshToken",
    "OAuthSigningKey",
    "OAuthToken",
    "ServiceAccount",
    "SpooledCall",
    "SuspiciousActivity",
]
