"""What this app shows on the home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncHour

from common.charts import hourly_chart, last_hours
from common.partitions import uuid7_floor
from common.principal import Principal
from webhooks.models import WebhookDelivery

STATES = {"Delivered": "delivered", "Pending": "pending", "Failed": "failed"}
TONES = {"Delivered": "chart-3", "Pending": "chart-4", "Failed": "chart-2"}


def deliveries(principal: Principal) -> dict[str, Any]:
    """Deliveries of the last 24 hours by the hour they began and what became of them."""
    hours = last_hours()
    rows = (
        WebhookDelivery.objects.visible_to(principal)
        .filter(id__gte=uuid7_floor(hours[0]))
        .order_by()
        .annotate(hour=TruncHour("created_at"))
        .values_list("status", "hour")
        .annotate(count=Count("id"))
    )
    counts = {(status, hour): count for status, hour, count in rows}
    series = {name: {hour: counts.get((status, hour), 0) for hour in hours} for name, status in STATES.items()}
    totals = {name.lower(): sum(figures.values()) for name, figures in series.items()}
    ended = totals["delivered"] + totals["failed"]
    return {
        "chart": hourly_chart(hours, series, tones=TONES),
        "total": sum(totals.values()),
        "success_rate": round(100 * totals["delivered"] / ended, 1) if ended else None,
        **totals,
    }
