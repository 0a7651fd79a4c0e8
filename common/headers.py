"""Response headers, past the checks of Django's own mapping.

It encodes and searches every name and value anew and lists them through three layers: for the dozen headers of a
machine call that costs as much as working out a small answer.
"""

from __future__ import annotations

from collections.abc import Iterable

from django.http.response import HttpResponseBase


def put(response: HttpResponseBase, headers: Iterable[tuple[str, str]]) -> None:
    """Set headers whose values Treaty makes: ASCII, on one line. What comes from elsewhere is set in Django's way."""
    store = response.headers._store  # noqa: SLF001 (what its own __setitem__ writes to)
    for name, value in headers:
        store[name.lower()] = name, value


def pairs(response: HttpResponseBase) -> list[tuple[str, str]]:
    """All headers, as a WSGI server wants them."""
    found = list(response.headers._store.values())  # noqa: SLF001 (as above)
    found += [("Set-Cookie", cookie.output(header="")) for cookie in response.cookies.values()]
    return found
