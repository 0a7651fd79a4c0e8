"""From a request target to the route that covers it: pure functions."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

READ_METHODS = frozenset({"GET", "HEAD"})


@dataclass(frozen=True, slots=True)
class Route:
    """A row of the table."""

    path_prefix: str
    read_scope: str
    write_scope: str

    def scope_for(self, method: str) -> str:
        """The scope a method needs; empty: nobody may."""
        return self.read_scope if method in READ_METHODS else self.write_scope


def clean_path(target: str) -> str | None:
    """The path of a request target, or None for one that proxy and service could read differently.

    Escapes, dot segments, empty segments and backslashes are how a request is made to look like another one.
    """
    path = target.partition("?")[0].partition("#")[0]
    if not path.startswith("/") or not path.isascii() or not path.isprintable():
        return None
    if "%" in path or "\\" in path or "//" in path or ";" in path:
        return None
    if any(segment in {".", ".."} for segment in path.split("/")):
        return None
    return path


def route_of(path: str, table: Mapping[str, Route]) -> Route | None:
    """The row with the longest prefix of whole segments, or None."""
    while path:
        if (route := table.get(path)) is not None:
            return route
        path = path.rpartition("/")[0]
    return None
