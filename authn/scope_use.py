"""From a route in the request log to the scopes that open it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from authn.gateway.table import table
from authn.routes import template_of
from common.api.permissions import requirement
from common.scopes import SCOPES


def scopes_of_route(method: str, route: str) -> frozenset[str]:
    """The scopes each of which opens `route` (as the request log names it) for `method`; none: any caller may."""
    method = "GET" if method == "HEAD" else method
    if route.endswith("/*"):
        covering = table.current().get(route.removesuffix("/*"))
        scope = covering.scope_for(method) if covering is not None else ""
        return frozenset({scope} if scope else ())
    return scopes_of_api().get((method, route), frozenset())


@cache
def scopes_of_api() -> dict[tuple[str, str], frozenset[str]]:
    """(method, route) of every operation of the API -> its scopes."""
    return dict(operations(get_resolver().url_patterns, ""))


def operations(
    patterns: list[URLPattern | URLResolver], prefix: str
) -> Iterator[tuple[tuple[str, str], frozenset[str]]]:
    """Walk the URL patterns."""
    for pattern in patterns:
        route = f"{prefix}{pattern.pattern}"
        if isinstance(pattern, URLResolver):
            yield from operations(pattern.url_patterns, route)
            continue
        view: Any = getattr(pattern.callback, "cls", None)
        if not hasattr(view, "required_scopes"):
            continue
        actions = getattr(pattern.callback, "actions", None) or {name: name for name in view.http_method_names}
        for method, action in actions.items():
            needed = requirement(view, action)
            options = {needed} if isinstance(needed, str) else set(needed or ())
            yield (method.upper(), template_of(route)), frozenset(options & set(SCOPES))
