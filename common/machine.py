"""Machine calls: requests to the API that carry a bearer credential and need nothing of what pages need."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest

SCHEME = "bearer "
PREFIX = "/api/"
# Bytes of a body that are read: more than any form or upload may have.
LONGEST_BODY = 32 * 1024 * 1024
# The OAuth endpoints authenticate clients and people their own way (RFC 6749, 7009, 7662).
OWN_AUTHENTICATION = ("/api/oauth/authorize", "/api/oauth/token")


def is_machine_call(meta: Mapping[str, Any], path: str) -> bool:
    """Whether a bearer credential, and nothing else, says who is calling `path`; `meta` is a WSGI environ."""
    if meta.get("HTTP_AUTHORIZATION", "")[: len(SCHEME)].lower() != SCHEME:
        return False
    return path.startswith(PREFIX) and not path.startswith(OWN_AUTHENTICATION)


def bearer_credential(request: HttpRequest) -> str:
    """The credential of a machine call."""
    return str(request.META["HTTP_AUTHORIZATION"])[len(SCHEME) :].strip()
