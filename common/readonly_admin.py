"""What the admin sites of the apps share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from unfold.admin import ModelAdmin

from common.api.casing import underscore


def readable(value: Any) -> str:
    """A value as text: each member of an object on a line of its own."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, dict):
        return "\n".join(f"{underscore(str(name)).replace('_', ' ')}: {readable(one)}" for name, one in value.items())
    return ", ".join(map(readable, value)) if isinstance(value, list) else str(value)


def in_lines(value: Any) -> SafeString | str:
    """`readable`, for a page."""
    text = readable(value)
    return format_html('<span class="whitespace-pre-line">{}</span>', text) if text else ""


class NothingToSave:
    """Pages of rows that actions change: without the buttons of a form."""

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The page of one row."""
        context = {"show_save": False, "show_save_and_continue": False, **(extra_context or {})}
        page: HttpResponse = super().changeform_view(request, object_id, form_url, context)  # type: ignore[misc]  # (the admin's)
        return page


class ServiceWritten:
    """Rows that services alone make and remove; actions may change them, through services."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Made by the product."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Kept."""
        return False


class ReadOnly(ServiceWritten):
    """Rows that people only look at."""

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Changed by the product."""
        return False


class ReadOnlyAdmin(ReadOnly, ModelAdmin):
    """The pages of such rows."""

    show_full_result_count = False
