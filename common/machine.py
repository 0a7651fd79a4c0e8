"""Machine calls: requests to the API that carry a bearer credential and need nothing of what pages need."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

SCHEME = "bearer "
PREFIX = "/api/"
# The OAuth endpoints authenticate clients and people their own way (RFC 6749, 7009, 7662).
OWN_AUTHENTICATION = ("/api/oauth/authorize", "/api/oauth/token")


def is_machine_call(request: HttpRequest) -> bool:
    """Whether a bearer credential, and nothing else, says who is calling."""
    cached: Any = getattr(request, "_machine_call", None)
    if cached is None:
        path = request.path_info
        cached = (
            request.META.get("HTTP_AUTHORIZATION", "")[: len(SCHEME)].lower() == SCHEME
            and path.startswith(PREFIX)
            and not path.startswith(OWN_AUTHENTICATION)
        )
        request._machine_call = cached  # type: ignore[attr-defined]  # noqa: SLF001 (our own mark on the request)
    return bool(cached)


def bearer_credential(request: HttpRequest) -> str:
    """The credential of a machine call."""
    return str(request.META["HTTP_AUTHORIZATION"])[len(SCHEME) :].strip()
