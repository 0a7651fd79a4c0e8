"""Opaque keyset cursors."""

from __future__ import annotations

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import UTC, date, datetime
from operator import attrgetter
from typing import Any

from django.core.exceptions import FieldDoesNotExist
from django.core.exceptions import ValidationError as DjangoValidationError
from django.db.models import F, Field, Q, QuerySet
from django.db.models.expressions import OrderBy
from rest_framework import pagination
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.renderers import Page
from common.text import is_storable

MAX_LIMIT = 200
DEFAULT_LIMIT = 50


@dataclass(frozen=True)
class Column:
    """One column of the sort: its path, direction, and the field that reads its values back."""

    path: str
    descending: bool
    field: Field[Any, Any]

    @property
    def name(self) -> str:
        """As in `?ordering=`."""
        return f"-{self.path}" if self.descending else self.path

    def order(self, *, backwards: bool) -> OrderBy:
        """The ORDER BY term. NULL sorts as the greatest value, as in PostgreSQL's indexes."""
        expression = F(self.path)
        return expression.desc() if self.descending != backwards else expression.asc()

    def beyond(self, value: Any, *, backwards: bool) -> Q:
        """Rows that sort strictly behind `value` in this column alone."""
        if self.descending != backwards:  # downwards: NULLs come first
            return Q(**{f"{self.path}__isnull": False}) if value is None else Q(**{f"{self.path}__lt": value})
        if value is None:  # upwards: nothing is greater than NULL
            return Q(pk__in=[])
        greater = Q(**{f"{self.path}__gt": value})
        return greater | Q(**{f"{self.path}__isnull": True}) if self.field.null else greater

    def equal(self, value: Any) -> Q:
        """Rows that tie with `value` in this column."""
        return Q(**{f"{self.path}__isnull": True}) if value is None else Q(**{self.path: value})


@dataclass(frozen=True)
class Cursor:
    """A position between two rows: the sort values of the row beside it, and the direction to go."""

    values: list[Any]
    backwards: bool


class CursorPagination(pagination.BasePagination):
    """`?limit=` 1-200 and `?cursor=`; the answer names the neighbouring cursors.

    A position is the sort values of a row, ending in its id: rows that tie and rows that are inserted meanwhile are
    neither skipped nor repeated, and page 1,000 costs what page 1 does.
    """

    parameters = frozenset({"limit", "cursor", "ordering"})

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        """One page of `queryset`."""
        self.limit = parse_limit(request)
        self.columns = sort_columns(queryset)
        raw = request.query_params.get("cursor")
        cursor = self.decode(raw) if raw else None
        backwards = cursor is not None and cursor.backwards
        rows = queryset.order_by(*(column.order(backwards=backwards) for column in self.columns))
        if cursor is not None:
            rows = rows.filter(self.condition(cursor))
        found = list(rows[: self.limit + 1])
        more, page = len(found) > self.limit, found[: self.limit]
        if backwards:
            page.reverse()
        self.has_next, self.has_previous = (True, more) if backwards else (more, cursor is not None)
        self.page = page
        return page

    def condition(self, cursor: Cursor) -> Q:
        """Rows behind the cursor: `a < x OR (a = x AND b < y) ...`, with `a <= x` beside it for the index to use."""
        condition, ties = Q(), Q()
        for column, value in zip(self.columns, cursor.values, strict=True):
            condition |= ties & column.beyond(value, backwards=cursor.backwards)
            ties &= column.equal(value)
        first = self.columns[0]
        if len(self.columns) > 1 and not first.field.null:
            bound = "lte" if first.descending != cursor.backwards else "gte"
            condition &= Q(**{f"{first.path}__{bound}": cursor.values[0]})
        return condition

    def encode(self, row: Any, *, backwards: bool) -> str:
        """The cursor beside `row`."""
        values = [plain(attrgetter(column.path.replace("__", "."))(row)) for column in self.columns]
        position = {"o": [column.name for column in self.columns], "v": values, "b": backwards}
        return base64.urlsafe_b64encode(json.dumps(position, separators=(",", ":")).encode()).decode().rstrip("=")

    def decode(self, raw: str) -> Cursor:
        """The position to go on from; a garbled cursor, or one of another ordering, is a 400 that names it."""
        try:
            position = json.loads(base64.urlsafe_b64decode(raw + "=" * (-len(raw) % 4)))
            values = [
                read(column, name, value)
                for column, name, value in zip(self.columns, position["o"], position["v"], strict=True)
            ]
            return Cursor(values, backwards=position["b"] is True)
        except (ValueError, TypeError, KeyError, OverflowError, RecursionError, binascii.Error, DjangoValidationError):
            detail = ErrorDetail("This cursor is not valid here.", code="invalid_cursor")
            raise ValidationError({"cursor": [detail]}) from None

    def get_paginated_response(self, data: Any) -> Response:
        """The list envelope."""
        page = self.page
        return Response(
            Page(
                data=data,
                pagination={
                    "nextCursor": self.encode(page[-1], backwards=False) if self.has_next and page else None,
                    "previousCursor": self.encode(page[0], backwards=True) if self.has_previous and page else None,
                    "limit": self.limit,
                },
            )
        )

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The two query parameters in OpenAPI."""
        limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
        return [
            {
                "name": "limit",
                "in": "query",
                "description": f"Rows per page, 1 to {MAX_LIMIT}.",
                "schema": limit,
            },
            {
                "name": "cursor",
                "in": "query",
                "description": "Where to go on: `nextCursor` or `previousCursor` of an earlier answer.",
                "schema": {"type": "string"},
            },
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The list envelope in OpenAPI."""
        return {
            "type": "object",
            "required": ["data", "pagination"],
            "properties": {"data": schema, "pagination": {"$ref": "#/components/schemas/CursorPagination"}},
        }


def parse_limit(request: Request) -> int:
    """Rows per page; a limit that is not a whole number from 1 to 200 is refused, not corrected."""
    raw = request.query_params.get("limit")
    if raw is None:
        return DEFAULT_LIMIT
    if len(raw) > 3 or not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= MAX_LIMIT:
        detail = ErrorDetail(f"Expected a whole number from 1 to {MAX_LIMIT}.", code="invalid_limit")
        raise ValidationError({"limit": [detail]})
    return int(raw)


def sort_columns(queryset: QuerySet[Any]) -> list[Column]:
    """The columns a queryset is sorted by, made total by its primary key in the direction of the first."""
    names = [ordering_name(term) for term in queryset.query.order_by or queryset.model._meta.ordering or ["-pk"]]
    columns: list[Column] = []
    for name in names:
        path = "id" if name in {"pk", "-pk"} else name.removeprefix("-")
        columns.append(Column(path, name.startswith("-"), sort_field(queryset, path)))
        if path == "id":
            return columns
    return [*columns, Column("id", columns[0].descending, queryset.model._meta.pk)]


def ordering_name(term: Any) -> str:
    """A term of order_by() as a name."""
    if isinstance(term, OrderBy) and isinstance(term.expression, F):
        path = str(term.expression.name)  # type: ignore[attr-defined]  # the stubs leave it out
        return f"-{path}" if term.descending else path
    if isinstance(term, str):
        return term
    raise TypeError(f"Cannot page by {term!r}: order by field names or annotations.")


def sort_field(queryset: QuerySet[Any], path: str) -> Field[Any, Any]:
    """The model field, or the output field of the annotation, that `path` names."""
    if path in queryset.query.annotations:
        output: Field[Any, Any] = queryset.query.annotations[path].output_field
        return output
    model: Any = queryset.model
    *relations, last = path.split("__")
    try:
        for relation in relations:
            model = model._meta.get_field(relation).related_model
        field: Field[Any, Any] = model._meta.get_field(last)
    except FieldDoesNotExist:
        raise TypeError(f"Cannot page by {path}: no such field.") from None
    return field


def plain(value: Any) -> Any:
    """A sort value as JSON, exact to the microsecond."""
    if isinstance(value, datetime | date):
        return value.isoformat()
    return value if value is None or isinstance(value, bool | int | float | str) else str(value)


def read(column: Column, name: str, value: Any) -> Any:
    """A sort value from a cursor; raises for another ordering's and for what the column cannot hold."""
    if name != column.name:
        raise ValueError("another ordering")
    if isinstance(value, str) and not is_storable(value):
        raise ValueError("not text")
    if value is None and not column.field.null:
        raise ValueError("never NULL")
    if isinstance(value, list | dict):
        raise TypeError("not a value")
    found = column.field.to_python(value)
    if isinstance(found, datetime):
        if found.tzinfo is None:
            raise ValueError("not a moment")
        found = found.astimezone(UTC)  # PostgreSQL refuses offsets that are written all the same
    return found
