"""The first page of the admin: how the platform is doing now."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib import admin
from django.db.models import Count, Min, Model, Sum
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


def may_see(request: HttpRequest, model: type[Model]) -> bool:
    """Whether the admin shows this person the rows that a part of the page tells of."""
    return admin.site.get_model_admin(model).has_view_permission(request)


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


def calls_per_hour(hours: list[datetime]) -> dict[datetime, Any]:
    """Live calls by hour."""
    usage = PartnerUsage.objects.filter(
        usage_date__gte=hours[0], metric_name=PartnerUsage.Metric.API_CALLS, environment="live"
    )
    return dict(usage.order_by().values_list("usage_date").annotate(total=Sum("metric_value")))


def events_per_hour(hours: list[datetime]) -> dict[datetime, Any]:
    """Live events by hour."""
    log = PlatformEvent.objects.genuine().filter(id__gte=uuid7_floor(hours[0]), environment="live")
    return dict(log.order_by().annotate(hour=TruncHour("created_at")).values_list("hour").annotate(count=Count("id")))


def per_hour(request: HttpRequest, hours: list[datetime]) -> str:
    """Live calls and events of the last 24 hours, as Unfold's chart wants them; empty for who may see neither."""
    datasets = []
    for model, label, count, colour in (
        (PartnerUsage, "API calls", calls_per_hour, "var(--color-primary-500)"),
        (PlatformEvent, "Events", events_per_hour, "var(--color-primary-300)"),
    ):
        if may_see(request, model):
            counted = count(hours)
            data = [int(counted.get(hour, 0)) for hour in hours]
            datasets.append({"label": label, "data": data, "backgroundColor": colour})
    return json.dumps({"labels": [f"{hour:%H}:00" for hour in hours], "datasets": datasets}) if datasets else ""


def active_partners(hours: list[datetime]) -> dict[str, Any]:
    """How many there are, and how many want to be."""
    states = dict(Partner.objects.order_by().values_list("status").annotate(count=Count("id")))
    return {
        "label": "Active partners",
        "value": states.get(Partner.Status.ACTIVE, 0),
        "hint": f"{states.get(Partner.Status.PENDING, 0)} pending",
        "url": link("partners_partner_changelist", "?status__exact=active"),
    }


def applications_to_review(hours: list[datetime]) -> dict[str, Any]:
    """How many wait for a reviewer."""
    return {
        "label": "Applications to review",
        "value": PartnerApplication.objects.filter(status__in=PartnerApplication.UNDER_REVIEW).count(),
        "hint": "submitted or in review",
        "url": link("applications_partnerapplication_changelist"),
    }


def undelivered(hours: list[datetime]) -> dict[str, Any]:
    """What is on its way, and since when."""
    waiting = WebhookDelivery.objects.order_by().pending().aggregate(count=Count("id"), oldest=Min("created_at"))
    return {
        "label": "Undelivered",
        "value": waiting["count"],
        "hint": f"oldest {ago(waiting['oldest'])}" if waiting["oldest"] else "nothing waits",
        "url": link("webhooks_webhookdelivery_changelist", "?status__exact=pending"),
    }


def dead_letters(hours: list[datetime]) -> dict[str, Any]:
    """What was given up."""
    return {
        "label": "Dead letters",
        "value": WebhookDelivery.objects.order_by().dead().filter(id__gte=uuid7_floor(hours[0])).count(),
        "hint": "in the last 24 hours",
        "url": link("webhooks_webhookdelivery_changelist", "?status__exact=failed"),
    }


# The numbers across the top, each with the rows it counts.
FIGURES: tuple[tuple[type[Model], Callable[[list[datetime]], dict[str, Any]]], ...] = (
    (Partner, active_partners),
    (PartnerApplication, applications_to_review),
    (WebhookDelivery, undelivered),
    (WebhookDelivery, dead_letters),
)


def dashboard(request: HttpRequest, context: dict[str, Any]) -> dict[str, Any]:
    """What templates/admin/index.html shows: of each kind of row only to those who may see it."""
    hours = last_hours()
    context.update(
        figures=[figure(hours) for model, figure in FIGURES if may_see(request, model)],
        chart=per_hour(request, hours),
        waiting=waiting_applications() if may_see(request, PartnerApplication) else None,
        read_at=timezone.now(),
    )
    return context
