"""Opaque keyset cursors."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qs, urlsplit

from rest_framework import pagination
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.renderers import Page

MAX_LIMIT = 200


class CursorPagination(pagination.CursorPagination):
    """`?limit=` 1-200 and `?cursor=`; the answer names the neighbouring cursors."""

    page_size = 50
    page_size_query_param = "limit"
    max_page_size = MAX_LIMIT
    ordering = "-id"
    cursor_query_param = "cursor"

    def get_page_size(self, request: Request) -> int:
        """Rows per page; a limit that is not a whole number from 1 to 200 is refused, not corrected."""
        raw = request.query_params.get("limit")
        if raw is None:
            return self.page_size or 50
        if not raw.isascii() or not raw.isdigit() or not 1 <= int(raw) <= MAX_LIMIT:
            raise ValidationError({"limit": f"Expected a whole number from 1 to {MAX_LIMIT}."})
        return int(raw)

    def decode_cursor(self, request: Request) -> Any:
        """The position to go on from; a garbled cursor is a 400 that names it."""
        try:
            return super().decode_cursor(request)
        except Exception:  # noqa: BLE001 (DRF decodes with whatever the cursor makes it raise)
            raise ValidationError({"cursor": "This cursor is not valid."}) from None

    def get_paginated_response(self, data: Any) -> Response:
        """The list envelope."""
        return Response(
            Page(
                data=data,
                pagination={
                    "nextCursor": self.cursor_of(self.get_next_link()),
                    "previousCursor": self.cursor_of(self.get_previous_link()),
                    "limit": self.page_size_of_request,
                },
            )
        )

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any] | None:
        """One page of `queryset`."""
        self.page_size_of_request = self.get_page_size(request)
        return super().paginate_queryset(queryset, request, view)

    @staticmethod
    def cursor_of(link: str | None) -> str | None:
        """The cursor parameter of a link made by DRF."""
        return parse_qs(urlsplit(link).query)["cursor"][0] if link else None

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """The list envelope in OpenAPI."""
        cursor = {"type": ["string", "null"], "description": "Pass as `cursor` to go there."}
        return {
            "type": "object",
            "required": ["data", "pagination"],
            "properties": {
                "data": schema,
                "pagination": {
                    "type": "object",
                    "required": ["nextCursor", "previousCursor", "limit"],
                    "properties": {"nextCursor": cursor, "previousCursor": cursor, "limit": {"type": "integer"}},
                },
            },
        }
