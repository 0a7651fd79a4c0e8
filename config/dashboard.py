"""The first page of the admin: how the platform is doing now."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from django.db.models import Count, Min, Sum
from django.db.models.functions import TruncHour
from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils import timezone

from applications.models import PartnerApplication
from billing.models import PartnerUsage
from common.charts import last_hours
from common.partitions import uuid7_floor
from common.templatetags.treaty import ago
from events.models import PlatformEvent
from partners.models import Partner
from webhooks.models import WebhookDelivery

WAITING_SHOWN = 6


def link(view: str, query: str = "", *args: object) -> str:
    """An admin address; empty when that model is not registered."""
    try:
        return reverse(f"admin:{view}", args=args) + query
    except NoReverseMatch:
        return ""


def waiting_applications() -> list[dict[str, Any]]:
    """The applications that have waited longest for a review."""
    waiting = PartnerApplication.objects.filter(status__in=PartnerApplication.UNDER_REVIEW).select_related("partner")
    return [
        {
            "name": application.app_name,
            "partner": application.partner.partner_name,
            "since": application.updated_at,
            "url": link("applications_partnerapplication_change", "", application.id),
        }
        for application in waiting.order_by("updated_at")[:WAITING_SHOWN]
    ]


def per_hour(hours: list[datetime]) -> str:
    """Live calls and events of the last 24 hours, as Unfold's chart wants them."""
    usage = PartnerUsage.objects.filter(
        usage_date__gte=hours[0], metric_name=PartnerUsage.Metric.API_CALLS, environment="live"
    )
    calls = dict(usage.order_by().values_list("usage_date").annotate(total=Sum("metric_value")))
    log = PlatformEvent.objects.filter(id__gte=uuid7_floor(hours[0]), environment="live")
    events = dict(log.order_by().annotate(hour=TruncHour("created_at")).values_list("hour").annotate(count=Count("id")))
    datasets = [
        {"label": label, "data": [int(figures.get(hour, 0)) for hour in hours], "backgroundColor": colour}
        for label, figures, colour in (
            ("API calls", calls, "var(--color-primary-500)"),
            ("Events", events, "var(--color-primary-300)"),
        )
    ]
    return json.dumps({"labels": [f"{hour:%H}:00" for hour in hours], "datasets": datasets})


def figures(hours: list[datetime]) -> list[dict[str, Any]]:
    """The numbers across the top."""
    deliveries = WebhookDelivery.objects.order_by()
    undelivered = deliveries.pending().aggregate(count=Count("id"), oldest=Min("created_at"))
    dead = deliveries.dead().filter(id__gte=uuid7_floor(hours[0])).count()
    states = dict(Partner.objects.order_by().values_list("status").annotate(count=Count("id")))
    waiting = PartnerApplication.objects.filter(status__in=PartnerApplication.UNDER_REVIEW).count()
    return [
        {
            "label": "Active partners",
            "value": states.get(Partner.Status.ACTIVE, 0),
            "hint": f"{states.get(Partner.Status.PENDING, 0)} pending",
            "url": link("partners_partner_changelist", "?status__exact=active"),
        },
        {
            "label": "Applications to review",
            "value": waiting,
            "hint": "submitted or in review",
            "url": link("applications_partnerapplication_changelist"),
        },
        {
            "label": "Undelivered",
            "value": undelivered["count"],
            "hint": f"oldest {ago(undelivered['oldest'])}" if undelivered["oldest"] else "nothing waits",
            "url": link("webhooks_webhookdelivery_changelist", "?status__exact=pending"),
        },
        {
            "label": "Dead letters",
            "value": dead,
            "hint": "in the last 24 hours",
            "url": link("webhooks_webhookdelivery_changelist", "?status__exact=failed"),
        },
    ]


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html shows."""
    hours = last_hours()
    context.update(
        figures=figures(hours), chart=per_hour(hours), waiting=waiting_applications(), read_at=timezone.now()
    )
    return context
