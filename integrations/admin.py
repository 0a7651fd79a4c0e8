"""Integrations, for those who help partners run them."""

from __future__ import annotations

from collections.abc import Callable

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin

from common.errors import DomainError
from integrations.models import Integration
from integrations.services.integrations import activate_integration, deactivate_integration
from partners.selectors import staff_behind


@admin.register(Integration)
class IntegrationAdmin(ModelAdmin):
    """Looked at and switched; what they hold is the partner's to change, and their configuration stays sealed."""

    list_display = [
        "integration_name",
        "partner",
        "application",
        "integration_type",
        "status",
        "health_status",
        "environment",
    ]
    list_filter = ["status", "health_status", "integration_type", "environment"]
    search_fields = ["integration_name", "partner__partner_name", "application__app_name"]
    list_select_related = ["partner", "application"]
    actions = ["activate", "deactivate"]
    fields = [
        "integration_name",
        "partner",
        "application",
        "integration_type",
        "status",
        "health_status",
        "environment",
        "created_at",
        "updated_at",
    ]
    readonly_fields = fields

    @admin.action(description="Activate", permissions=["change"])
    def activate(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Switch each on."""
        self.each(request, queryset, activate_integration, "activated")

    @admin.action(description="Deactivate", permissions=["change"])
    def deactivate(self, request: HttpRequest, queryset: QuerySet[Integration]) -> None:
        """Switch each off."""
        self.each(request, queryset, deactivate_integration, "deactivated")

    def each(
        self, request: HttpRequest, queryset: QuerySet[Integration], service: Callable[..., Integration], done: str
    ) -> None:
        """Call the service for each and say what became of it."""
        for integration in queryset:
            try:
                service(integration=integration, actor=staff_behind(request))
            except DomainError as error:
                self.message_user(request, error.message, messages.WARNING)
            else:
                self.message_user(request, f"{integration} was {done}.", messages.SUCCESS)

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Partners create them."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Integration | None = None) -> bool:
        """Partners remove them."""
        return False
