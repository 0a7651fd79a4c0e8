"""What the request log keeps of a request's headers, and of where it came from. Secrets never get into it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any

# What helps to find out why a call went wrong. Anything else, cookies above all, is left out.
KEPT = (
    ("HTTP_USER_AGENT", "User-Agent"),
    ("HTTP_ACCEPT", "Accept"),
    ("CONTENT_TYPE", "Content-Type"),
    ("HTTP_API_VERSION", "Api-Version"),
    ("HTTP_IDEMPOTENCY_KEY", "Idempotency-Key"),
    ("HTTP_IF_NONE_MATCH", "If-None-Match"),
    ("HTTP_ORIGIN", "Origin"),
)
NAMES = tuple(name for name, _ in KEPT)
MAX_VALUE = 200
REDACTED = "[redacted]"
write = json.JSONEncoder(separators=(",", ":")).encode


def redacted_headers(meta: Mapping[str, Any]) -> str:
    """The headers worth keeping, as a JSON object on one line; of the credential only that there was one."""
    scheme, separator, _ = meta.get("HTTP_AUTHORIZATION", "").partition(" ")
    authorization = f"{scheme[:20]} {REDACTED}" if separator else scheme and REDACTED
    return written(authorization, *map(meta.get, NAMES))


@lru_cache(maxsize=1024)
def written(authorization: str, *values: str | None) -> str:
    """The values of KEPT as JSON; a client sends the same ones with every call."""
    headers = {"Authorization": authorization} if authorization else {}
    for (_, label), value in zip(KEPT, values, strict=True):
        if value:
            headers[label] = value[:MAX_VALUE]
    return write(headers)


def caller_address(meta: Mapping[str, Any], behind_proxies: Callable[[], str | None]) -> str:
    """Where a call came from; `behind_proxies` is asked only if a trusted proxy passed it on."""
    address = behind_proxies() if "HTTP_X_FORWARDED_FOR" in meta else meta.get("REMOTE_ADDR")
    return "".join((address or "")[:45].split())
