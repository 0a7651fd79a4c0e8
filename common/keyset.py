"""Paging through long lists by id: no counting, no skipping, and stable while new rows arrive."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from typing import Any

from django.db.models import Model, QuerySet
from django.http import QueryDict

PAGE_SIZE = 50


@dataclass(frozen=True)
class KeysetPage:
    """Rows, newest first, and the query strings of the pages beside this one; empty where there is none."""

    rows: list[Any]
    newer: str
    older: str


def link(parameters: QueryDict, name: str, row: Model) -> str:
    """The current filters with the page that starts beside `row`."""
    changed = parameters.copy()
    for other in ("before", "after"):
        changed.pop(other, None)
    changed[name] = str(row.pk)
    return f"?{changed.urlencode()}"


def uuid_or_none(text: str | None) -> uuid.UUID | None:
    """A UUID from a query parameter; None for anything else."""
    try:
        return uuid.UUID(text or "")
    except ValueError:
        return None


def keyset_page(queryset: QuerySet[Any], parameters: QueryDict, *, size: int = PAGE_SIZE) -> KeysetPage:
    """The page that `?before=ID` or `?after=ID` asks for; the newest rows without either."""
    before, after = uuid_or_none(parameters.get("before")), uuid_or_none(parameters.get("after"))
    if after:
        rows = list(queryset.filter(id__gt=after).order_by("id")[: size + 1])
        has_newer, has_older = len(rows) > size, True
        rows = rows[:size][::-1]
    else:
        older = queryset.filter(id__lt=before) if before else queryset
        rows = list(older.order_by("-id")[: size + 1])
        has_newer, has_older = before is not None, len(rows) > size
        rows = rows[:size]
    return KeysetPage(
        rows=rows,
        newer=link(parameters, "after", rows[0]) if rows and has_newer else "",
        older=link(parameters, "before", rows[-1]) if rows and has_older else "",
    )
