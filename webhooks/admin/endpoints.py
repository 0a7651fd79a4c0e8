"""Endpoints for administrators."""

from __future__ import annotations

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from unfold.admin import ModelAdmin
from unfold.decorators import action

from common.errors import DomainError
from common.readonly_admin import ReadOnly
from partners.selectors import staff_behind
from webhooks.models import WebhookEndpoint
from webhooks.selectors import state_of
from webhooks.services.endpoints import update_webhook
from webhooks.services.ownership import verify_webhook

MOST_AT_ONCE = 5  # each has five seconds to answer


@admin.register(WebhookEndpoint)
class WebhookEndpointAdmin(ReadOnly, ModelAdmin):
    """Endpoints of every partner."""

    list_display = ["endpoint_url", "partner", "environment", "state", "failing_since", "created_at"]
    list_filter = ["environment", "active", "unproven", ("failing_since", admin.EmptyFieldListFilter)]
    search_fields = ["endpoint_url", "description", "partner__partner_name"]
    list_select_related = ["partner", "integration__application"]
    exclude = ["webhook_secret", "previous_secrets", "custom_headers"]
    actions = ["switch_on", "switch_off", "verify"]
    actions_detail = ["recover"]

    @admin.display(description="State")
    def state(self, endpoint: WebhookEndpoint) -> str:
        """One word."""
        return state_of(endpoint)

    @admin.action(description="Switch on and send what was held", permissions=["switch"])
    def switch_on(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """As the owner would."""
        self.switch(request, queryset, active=True)

    @admin.action(description="Switch off", permissions=["switch"])
    def switch_off(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """As the owner would."""
        self.switch(request, queryset, active=False)

    @admin.action(description="Verify ownership again", permissions=["switch"])
    def verify(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint]) -> None:
        """Post the challenge to those that have not passed."""
        for endpoint in queryset.filter(unproven=True)[:MOST_AT_ONCE]:
            try:
                asked = verify_webhook(webhook=endpoint, actor=staff_behind(request))
            except DomainError as refusal:
                self.message_user(request, f"{endpoint}: {refusal.message}", messages.ERROR)
                continue
            level = messages.ERROR if asked.unproven else messages.SUCCESS
            self.message_user(request, f"{endpoint}: {asked.ownership_error or asked.ownership_status}", level)

    def switch(self, request: HttpRequest, queryset: QuerySet[WebhookEndpoint], *, active: bool) -> None:
        """Through the service, one by one."""
        for endpoint in queryset:
            try:
                update_webhook(webhook=endpoint, active=active, actor=staff_behind(request))
            except DomainError as refusal:
                self.message_user(request, f"{endpoint}: {refusal.message}", messages.ERROR)

    def has_switch_permission(self, request: HttpRequest) -> bool:
        """Those who may change endpoints, which nobody does by hand."""
        return request.user.has_perm("webhooks.change_webhookendpoint")

    def has_recover_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """As at the dead letter desk."""
        return request.user.has_perm("webhooks.change_webhookdelivery")

    @action(description="Recover failed deliveries…", url_path="recover", permissions=["recover"], icon="restart_alt")
    def recover(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """To the desk's form, filled in."""
        return redirect(f"{reverse('admin:webhooks_webhookdelivery_recover')}?endpoint={object_id}")
