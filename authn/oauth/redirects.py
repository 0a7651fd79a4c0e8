"""Which redirect URIs may be registered: pure functions."""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, urlsplit

MAX_LENGTH = 500
LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})
# What the answer adds to the URI (RFC 6749, 4.1.2; RFC 9207): a second value would be ambiguous.
RESERVED = frozenset({"code", "state", "iss", "error", "error_description", "error_uri"})
FORBIDDEN = {"#": "must not have a fragment", "*": "must not have a wildcard", "\\": "is not a URI"}
PRIVATE_USE_SCHEME = re.compile(r"[a-z][a-z0-9+-]*(\.[a-z0-9+-]+)+")


def redirect_uri_problem(uri: str, *, public: bool) -> str | None:
    """Why `uri` cannot be registered; None when it can.

    Exact matching (RFC 9700, 4.1.3) needs a URI without wildcards; the code must not travel in clear, so https, or
    http to the person's own machine (RFC 8252, 7.3); a native app, which is public, may own a scheme in reverse
    domain notation (RFC 8252, 7.1).
    """
    if not uri.isascii() or not uri.isprintable() or " " in uri or len(uri) > MAX_LENGTH:
        return f"must be at most {MAX_LENGTH} printable ASCII characters"
    try:
        parts = urlsplit(uri)
        parts.port  # noqa: B018 (reading it parses it)
    except ValueError:
        return "is not a URI"
    return component_problem(uri, parts) or scheme_problem(parts, public=public)


def component_problem(uri: str, parts: SplitResult) -> str | None:
    """What a redirect URI must not hold, whatever its scheme."""
    for mark, problem in FORBIDDEN.items():
        if mark in uri:
            return problem
    if "@" in parts.netloc:
        return "must not carry credentials"
    taken = sorted(RESERVED & parse_qs(parts.query, keep_blank_values=True).keys())
    return f"must not have the parameter {taken[0]}" if taken else None


def scheme_problem(parts: SplitResult, *, public: bool) -> str | None:
    """Whether a code may travel this way."""
    if parts.scheme == "https":
        return None if parts.hostname else "must name a host"
    if parts.scheme == "http":
        return None if parts.hostname in LOOPBACK else "must use https, unless it leads to a loopback address"
    if not PRIVATE_USE_SCHEME.fullmatch(parts.scheme):
        return "must use https"
    return None if public else "may use a scheme of its own only for a public client"
