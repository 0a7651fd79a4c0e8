"""What the admin sites of the apps share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from unfold.admin import ModelAdmin


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
