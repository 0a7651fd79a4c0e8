"""Webhook endpoints, and what was delivered to them."""

from __future__ import annotations

import json
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.views.generic import TemplateView

from common.errors import ConflictError, DomainError
from common.keyset import keyset_page
from common.partitions import registry, uuid7_day
from events.models import PlatformEvent
from integrations.models import Integration
from partners.portal.access import PortalPage
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.payload import public_id
from webhooks.portal.forms import CreateForm, DeliveryFilterForm, EndpointForm, RotateForm, TestForm
from webhooks.portal.live import position, stream_url, streamed_names
from webhooks.portal.pages import MANAGE, EndpointAction, EndpointPage
from webhooks.selectors import (
    FAILURE_ALERT,
    Health,
    attempt_body,
    curl_command,
    delivery_statistics,
    endpoint_health,
    may_read_bodies,
    preview_of,
    state_of,
)
from webhooks.services import deliveries, endpoints, ownership, removal, secrets
from webhooks.services.recovery import MOST, failed_deliveries


class EndpointList(PortalPage, TemplateView):
    """Every endpoint, with its health at a glance."""

    template_name = "webhooks/list.html"
    required_scope = MANAGE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Endpoints beside their last 24 hours."""
        found = list(
            WebhookEndpoint.objects.visible_to(self.principal)
            .filter(partner=self.partner)
            .select_related("integration__application", "partner")
        )
        health = endpoint_health(found)
        rows = [
            {"endpoint": endpoint, "state": state_of(endpoint), "health": health.get(endpoint.id, Health())}
            for endpoint in found
        ]
        can_create = Integration.objects.visible_to(self.principal).filter(partner=self.partner).exists()
        return super().get_context_data(rows=rows, can_create=can_create, **kwargs)


class EndpointCreate(PortalPage, TemplateView):
    """Register an endpoint."""

    template_name = "webhooks/form.html"
    required_scope = MANAGE
    read_scope = MANAGE

    def form(self, data: Any = None) -> CreateForm:
        """The form over this partner's integrations."""
        mine = Integration.objects.visible_to(self.principal).filter(partner=self.partner)
        return CreateForm(data, integrations=mine.select_related("application"))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """An empty form unless one was refused."""
        kwargs.setdefault("form", self.form())
        return super().get_context_data(**kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Register, and go to the new endpoint."""
        form = self.form(request.POST)
        if form.is_valid():
            try:
                created = endpoints.register_webhook(actor=self.principal, **form.cleaned_data)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "Endpoint registered. Verify its deliveries with the signing secret below.")
                return redirect("webhook_detail", pk=created.pk)
        return self.render_to_response(self.get_context_data(form=form), status=400)


class EndpointEdit(EndpointPage, TemplateView):
    """Change an endpoint."""

    template_name = "webhooks/form.html"
    read_scope = MANAGE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The endpoint as it is unless a change was refused."""
        context = super().get_context_data(**kwargs)
        form = EndpointForm(initial=EndpointForm.start(self.endpoint), had=self.endpoint.subscribed_events)
        return {"form": form, **context}

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save, and go back to the endpoint."""
        endpoint = self.load()
        form = EndpointForm(request.POST, had=endpoint.subscribed_events)
        if form.is_valid():
            try:
                endpoints.update_webhook(webhook=endpoint, actor=self.principal, **form.cleaned_data)
            except DomainError as refusal:
                form.refuse(refusal)
            else:
                messages.success(request, "Saved.")
                return redirect("webhook_detail", pk=endpoint.pk)
        return self.render_to_response(self.get_context_data(form=form), status=400)


def cause_in_words(cause: dict[str, Any]) -> str:
    """`HTTP 503 (12)`."""
    return f"{cause['cause'].replace('http_', 'HTTP ').replace('_', ' ')} ({cause['count']:,})"


class EndpointLog(EndpointPage, TemplateView):
    """The delivery log of an endpoint alone: what its page fetches again."""

    template_name = "webhooks/log.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """A page of the log, filtered, and how many failed deliveries match the filter."""
        form = DeliveryFilterForm(self.request.GET)
        context = super().get_context_data(form=form, filtered=bool(form.filters), **kwargs)
        log = deliveries.get_deliveries(webhook=self.endpoint, **form.narrowing())
        page = keyset_page(log, self.request.GET)
        live = any(delivery.status == "pending" for delivery in page.rows)
        failed = self.count_failed(form) if context["can_change"] else 0
        return {**context, "page": page, "live": live, "failed": failed, "most": MOST}

    def count_failed(self, form: DeliveryFilterForm) -> int:
        """Those that match, far beyond the most that are retried at once not to the end."""
        if not self.endpoint.active or form.filters.get("status") not in {None, "failed"}:
            return 0
        return failed_deliveries(form.choice(self.endpoint)).stored()[: MOST + 1].count()


class EndpointDetail(EndpointLog):
    """One endpoint: health, secret, and the delivery log."""

    template_name = "webhooks/detail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The log and the statistics of a day."""
        context = super().get_context_data(**kwargs)
        statistics = delivery_statistics(principal=self.principal, webhook=self.endpoint)
        rate, retried = statistics["success_rate"], statistics["retry_rate"]
        return {
            **context,
            **self.stream(),
            "statistics": statistics,
            "payload_filter": json.dumps(self.endpoint.payload_filter),
            "preview": preview_of(self.endpoint) if self.endpoint.field_mapping else None,
            "success_percent": None if rate is None else round(100 * rate, 1),
            "failing_often": (statistics["failure_rate"] or 0) > FAILURE_ALERT,
            "causes": [cause_in_words(one) for one in statistics["failures_by_cause"][:3]],
            "retry_percent": round(100 * retried, 1) if retried else None,
            "rotate_form": RotateForm(auto_id="rotate_%s"),
            "test_form": TestForm(auto_id="test_%s"),
        }

    def stream(self) -> dict[str, Any]:
        """The log is fetched again when an event happened that the endpoint may have been sent."""
        if not self.principal.has_scope("read:events"):
            return {}
        url = stream_url({"environment": self.endpoint.environment}, position())
        return {"stream": url, "names": streamed_names()}


class DeliveryDetail(EndpointPage, TemplateView):
    """One delivery: every attempt, request and answer side by side."""

    template_name = "webhooks/delivery.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Attempts, newest first."""
        context = super().get_context_data(**kwargs)
        delivery = get_object_or_404(
            WebhookDelivery.objects.filter(endpoint=self.endpoint), pk=self.kwargs["delivery_id"]
        )
        bodies = may_read_bodies(self.principal)
        attempts = [
            {
                "attempt": attempt,
                "body": attempt_body(attempt, delivery) if bodies else None,
                "curl": curl_command(attempt, delivery) if bodies else "",
            }
            for attempt in delivery.attempts.order_by("-id")
        ]
        return {
            **context,
            "delivery": delivery,
            "attempts": attempts,
            "bodies": bodies,
            "attempts_kept": registry["webhooks_webhookattempt"],
            "message_id": public_id(delivery.event_id),
            "event_shown": self.principal.has_scope("read:events")
            and PlatformEvent.objects.visible_to(self.principal).filter(pk=delivery.event_id).exists(),
            "archived_day": uuid7_day(delivery.event_id),
            "live": delivery.status == "pending",
        }


class Test(EndpointAction):
    """Send a test event."""

    done = "Test event sent. It appears in the log below."

    def act(self) -> None:
        """Queue the chosen event's example."""
        form = TestForm(self.request.POST)
        name = form.cleaned_data["event"] if form.is_valid() else ""
        deliveries.test_webhook(webhook=self.endpoint, event_name=name, actor=self.principal)


class Verify(EndpointAction):
    """Ask the endpoint again whether it is its owner's."""

    done = "The endpoint answered: it is verified, and its events are on their way."

    def act(self) -> None:
        """Post the challenge now."""
        endpoint = ownership.verify_webhook(webhook=self.endpoint, actor=self.principal)
        if endpoint.unproven:
            reason = endpoint.ownership_error
            raise ConflictError(
                "endpoint_unproven", f"The endpoint did not pass ({reason}). It must answer with a 2xx."
            )


class Toggle(EndpointAction):
    """Switch an endpoint on or off."""

    def act(self) -> None:
        """The other way round."""
        active = not self.endpoint.active
        endpoints.update_webhook(webhook=self.endpoint, active=active, actor=self.principal)
        self.done = "The endpoint is on." if active else "The endpoint is off: it gets no events meanwhile."


class Rotate(EndpointAction):
    """Replace the secret."""

    done = "The secret was replaced. Copy the new one to your receiver."

    def act(self) -> None:
        """With the overlap asked for."""
        form = RotateForm(self.request.POST)
        hours = form.cleaned_data["overlap_hours"] if form.is_valid() else -1
        secrets.rotate_secret(webhook=self.endpoint, overlap_hours=hours, actor=self.principal)


class EndOverlap(EndpointAction):
    """Stop signing with earlier secrets."""

    done = "The earlier secrets sign no more."

    def act(self) -> None:
        """From now on."""
        secrets.end_secret_overlap(webhook=self.endpoint, actor=self.principal)


class Delete(EndpointAction):
    """Remove an endpoint with its log."""

    done = "The endpoint was deleted."

    def act(self) -> None:
        """For good."""
        removal.delete_webhook(webhook=self.endpoint, actor=self.principal)

    def destination(self) -> str:
        """The endpoint is gone."""
        return reverse("webhook_list")


class Retry(EndpointAction):
    """Try a delivery again."""

    done = "Trying again now."

    def act(self) -> None:
        """One more attempt."""
        delivery = get_object_or_404(
            WebhookDelivery.objects.filter(endpoint=self.endpoint).select_related("endpoint"),
            pk=self.kwargs["delivery_id"],
        )
        deliveries.retry_delivery(delivery=delivery, actor=self.principal)

    def destination(self) -> str:
        """To the delivery."""
        return reverse("webhook_delivery", args=[self.endpoint.pk, self.kwargs["delivery_id"]])
