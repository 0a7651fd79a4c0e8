"""Endpoints and deliveries for administrators: the dead letter desk."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest
from unfold.admin import ModelAdmin, TabularInline

from common.errors import DomainError
from common.readonly_admin import ReadOnly
from partners.selectors import staff_behind
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.selectors import state_of
from webhooks.services.deliveries import retry_deliveries
from webhooks.services.endpoints import update_webhook
from webhooks.services.ownership import verify_webhook

MOST_AT_ONCE = 5  # each has five seconds to answer


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnly, ModelAdmin):
    """Endpoints of every partner."""

    list_display = ["endpoint_url", "partner", "environment", "state", "failing_since", "created_at"]
    list_filter = ["environment", "active", "unproven", ("failing_since", admin.EmptyFieldListFilter)]
    search_fields = ["endpoint_url", "description", "partner__partner_name"]
    list_select_related = ["partner"]
    exclude = ["webhook_secret", "previous_secret", "custom_headers"]
    actions = ["switch_on", "switch_off", "verify"]

    @admin.display(description="State")
    def state(self, endpoint: WebhookEndpoint) -> str:
        """One word."""
        return state_of(endpoint)

    @admin.action(description="Switch on and send what was held")
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """As the owner would."""
        self.switch(request, queryset, active=True)

    @admin.action(description="Switch off")
    def switch_off(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """As the owner would."""
        self.switch(request, queryset, active=False)

    @admin.action(description="Verify ownership again")
    def verify(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Post the challenge to those that have not passed."""
        for endpoint in queryset.filter(unproven=True)[:MOST_AT_ONCE]:
            asked = verify_webhook(webhook=endpoint, actor=staff_behind(request))
            level = messages.ERROR if asked.unproven else messages.SUCCESS
            self.message_user(request, f"{endpoint}: {asked.ownership_error or asked.ownership_status}", level)

    def switch(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint], *, active: bool) -> None:
        """Through the service, one by one."""
        for endpoint in queryset:
            try:
                update_webhook(webhook=endpoint, active=active, actor=staff_behind(request))
            except DomainError as refusal:
                self.message_user(request, f"{endpoint}: {refusal.message}", messages.ERROR)


class AttemptInline(ReadOnly, TabularInline):
    """The requests of a delivery."""

    model = WebhookAttempt
    fields = [
        "attempt_number",
        "started_at",
        "duration_ms",
        "response_status",
        "error",
        "error_detail",
        "response_body",
    ]
    readonly_fields = fields
    extra = 0
    show_change_link = False


@admin.register(WebhookDelivery)
class WebhookDeliveryAdmin(ReadOnly, ModelAdmin):
    """Filter by failed: the dead letter desk."""

    list_display = ["id", "endpoint", "status", "kind", "attempt_number", "response_status", "last_error", "created_at"]
    list_filter = ["status", "kind", "endpoint__environment"]
    search_fields = ["endpoint__endpoint_url", "endpoint__partner__partner_name", "last_error"]
    list_select_related = ["endpoint"]
    show_full_result_count = False
    raw_id_fields = ["event", "endpoint"]
    inlines = [AttemptInline]
    actions = ["retry"]

    @admin.action(description="Retry now")
    def retry(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """One more attempt for each dead one, no more waiting for the others."""
        retried, refused = retry_deliveries(
            deliveries=queryset.select_related("endpoint").iterator(), actor=staff_behind(request)
        )
        self.message_user(request, f"{retried} are being tried again.")
        if refused:
            self.message_user(request, f"{refused} were delivered, are being sent, or are off.", messages.WARNING)


@admin.register(WebhookAttempt)
class WebhookAttemptAdmin(ReadOnly, ModelAdmin):
    """Every request, newest first."""

    list_display = ["id", "attempt_number", "request_url", "response_status", "error", "duration_ms", "started_at"]
    list_filter = ["succeeded", "error"]
    show_full_result_count = False
    raw_id_fields = ["delivery"]
