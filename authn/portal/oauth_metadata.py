"""What OAuth libraries and resource servers read to configure themselves (RFC 8414, RFC 7517)."""

from __future__ import annotations

from urllib.parse import urlsplit

from django.conf import settings
from django.http import Http404, HttpRequest, JsonResponse
from django.urls import reverse
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from authn.models import OAuthFlow
from authn.oauth.signing import published_keys
from common.scopes import SCOPES

CLIENT_AUTHENTICATION = ["client_secret_basic", "client_secret_post"]


def endpoint(name: str) -> str:
    """The address of an endpoint on the issuer's host."""
    issuer = urlsplit(settings.OAUTH_ISSUER)
    return f"{issuer.scheme}://{issuer.netloc}{reverse(name)}"


@require_safe
@cache_control(public=True, max_age=300)
def server_metadata(request: HttpRequest, issuer_path: str | None = None) -> JsonResponse:
    """The metadata document, at the place that belongs to the issuer's path (RFC 8414, 3)."""
    if (issuer_path or "").rstrip("/") != urlsplit(settings.OAUTH_ISSUER).path.rstrip("/"):
        raise Http404
    document = {
        "issuer": settings.OAUTH_ISSUER,
        "authorization_endpoint": endpoint("oauth_authorize"),
        "token_endpoint": endpoint("oauth_token"),
        "revocation_endpoint": endpoint("oauth_revoke"),
        "introspection_endpoint": endpoint("oauth_introspect"),
        "jwks_uri": endpoint("oauth_jwks"),
        "scopes_supported": [scope for scope in SCOPES if scope != "admin"],
        "response_types_supported": ["code"],
        "response_modes_supported": ["query"],
        "grant_types_supported": OAuthFlow.values,
        "token_endpoint_auth_methods_supported": [*CLIENT_AUTHENTICATION, "none"],
        "revocation_endpoint_auth_methods_supported": [*CLIENT_AUTHENTICATION, "none"],
        "introspection_endpoint_auth_methods_supported": CLIENT_AUTHENTICATION,
        "code_challenge_methods_supported": ["S256"],
        "authorization_response_iss_parameter_supported": True,
        "service_documentation": f"{settings.PUBLIC_URL}/api/docs",
    }
    return public(document)


@require_safe
@cache_control(public=True, max_age=300)
def jwks(request: HttpRequest) -> JsonResponse:
    """The public keys that JWT access tokens are checked with (RFC 7517)."""
    return public({"keys": published_keys()})


def public(document: dict[str, object]) -> JsonResponse:
    """A document that any page may read."""
    response = JsonResponse(document)
    response["Access-Control-Allow-Origin"] = "*"
    return response
