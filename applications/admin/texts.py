"""Texts reviewers reuse."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import ModelAdmin

from applications.models import CannedReason


@admin.register(CannedReason)
class CannedReasonAdmin(ModelAdmin):
    """Edited by those who review."""

    list_display = ["title", "body"]
    search_fields = ["title", "body"]
