"""The dead letter desk: deliveries for administrators, and having failed ones tried again."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display

from common.ask import ask_to
from common.attempts import attempt
from common.readonly_admin import ReadOnly, ReadOnlyAdmin
from partners.selectors import staff_behind
from webhooks.admin.forms import RecoverForm
from webhooks.models import DeliveryRecovery, WebhookAttempt, WebhookDelivery
from webhooks.services.deliveries import retry_deliveries
from webhooks.services.recovery import MOST_CHOSEN, PER_SECOND, preview_recovery, recover_deliveries

TONES = {"delivered": "success", "failed": "danger", "pending": "info"}


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

    list_display = [
        "created_at",
        "event_name",
        "partner",
        "endpoint",
        "status_label",
        "kind",
        "attempts",
        "answer",
        "last_error",
    ]
    list_filter = ["status", "kind", "endpoint__environment"]
    search_fields = ["endpoint__endpoint_url", "endpoint__partner__partner_name", "last_error"]
    search_help_text = "URL, partner or error"
    list_select_related = ["endpoint__partner"]
    show_full_result_count = False
    raw_id_fields = ["event", "endpoint"]
    inlines = [AttemptInline]
    actions = ["retry"]
    actions_list = ["recover"]

    @display(description="Partner", ordering="endpoint__partner__partner_name")
    def partner(self, delivery: WebhookDelivery) -> str:
        """Whose endpoint it is."""
        return str(delivery.endpoint.partner)

    @display(description="Status", ordering="status", label=TONES)
    def status_label(self, delivery: WebhookDelivery) -> tuple[str, str]:
        """Where it stands."""
        return delivery.status, delivery.get_status_display()

    @display(description="Attempts")
    def attempts(self, delivery: WebhookDelivery) -> str:
        """How many there were, of how many."""
        return f"{delivery.attempt_number} of {delivery.attempt_limit}"

    @display(description="Answer", ordering="response_status")
    def answer(self, delivery: WebhookDelivery) -> int | None:
        """The last HTTP status."""
        return delivery.response_status

    def has_recover_permission(self, request: HttpRequest, object_id: object = None) -> bool:
        """Those who may change deliveries, which nobody does by hand."""
        return request.user.has_perm("webhooks.change_webhookdelivery")

    @admin.action(description="Retry now", permissions=["recover"])
    def retry(self, request: HttpRequest, queryset: QuerySet[WebhookDelivery]) -> None:
        """One more attempt for each dead one, no more waiting for the others."""
        chosen = list(queryset.select_related("endpoint")[: MOST_CHOSEN + 1])
        if len(chosen) > MOST_CHOSEN:
            text = f"At most {MOST_CHOSEN} at once. “Recover failed deliveries” takes more, at a pace."
            self.message_user(request, text, messages.ERROR)
            return
        retried, refused = retry_deliveries(deliveries=chosen, actor=staff_behind(request))
        self.message_user(request, f"{retried} are being tried again.")
        if refused:
            self.message_user(
                request,
                f"{refused} were delivered, are being sent, are off, or of an archived event.",
                messages.WARNING,
            )

    @action(description="Recover failed deliveries…", url_path="recover", permissions=["recover"], icon="restart_alt")
    def recover(self, request: HttpRequest) -> HttpResponse:
        """Ask which and why, say how many that are, then have them tried again."""
        title = "Count them"
        form = RecoverForm(request.POST) if request.method == "POST" else RecoverForm(initial=request.GET.dict())
        note = f"Failed deliveries get one more attempt each, {PER_SECOND} a second. They are counted first."
        if form.is_bound and form.is_valid():
            choice, reason = form.choice(), form.cleaned_data["reason"]
            if form.is_confirmed():
                actor = staff_behind(request)
                attempt(
                    request,
                    lambda: recover_deliveries(choice=choice, reason=reason, actor=actor),
                    lambda recovery: f"{min(recovery.found, recovery.limit):,} are being tried again.",
                )
                return redirect("admin:webhooks_deliveryrecovery_changelist")
            preview = preview_recovery(choice)
            note = preview.summary
            if preview.failed:
                form, title = form.to_confirm(), "Try them again"
        return ask_to(self, request, "failed deliveries", form, title="Recover", button=title, note=note)


@admin.register(WebhookAttempt)
class WebhookAttemptAdmin(ReadOnly, ModelAdmin):
    """Every request, newest first."""

    list_display = ["started_at", "request_url", "attempt_number", "response_status", "error", "duration_ms"]
    list_filter = ["succeeded", "error"]
    show_full_result_count = False
    raw_id_fields = ["delivery"]


@admin.register(DeliveryRecovery)
class DeliveryRecoveryAdmin(ReadOnlyAdmin):
    """Who had failed deliveries tried again, why, and how far it is."""

    list_display = ["created_at", "scope", "requested_by", "reason", "found", "retried", "finished_at"]
    list_filter = [("finished_at", admin.EmptyFieldListFilter)]
    list_select_related = ["partner", "endpoint"]
    search_fields = ["requested_by", "reason", "partner__partner_name", "endpoint__endpoint_url"]
    raw_id_fields = ["endpoint", "partner"]

    @admin.display(description="Of")
    def scope(self, recovery: DeliveryRecovery) -> Any:
        """The narrowest of what was asked for."""
        return recovery.endpoint or recovery.partner or "All partners"
