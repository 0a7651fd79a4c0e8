"""What this app shows on the home page."""

from __future__ import annotations

from typing import Any

from django.db.models import Sum

from billing.models import PartnerUsage
from common.charts import hourly_chart, last_hours
from common.principal import Principal

Metric = PartnerUsage.Metric


def calls(principal: Principal) -> dict[str, Any]:
    """API calls of the last 24 hours, sandbox and live together, by hour."""
    hours = last_hours()
    rows = (
        PartnerUsage.objects.visible_to(principal)
        .filter(usage_date__gte=hours[0], metric_name__in=[Metric.API_CALLS, Metric.API_ERRORS])
        .order_by()
        .values_list("metric_name", "usage_date")
        .annotate(total=Sum("metric_value"))
    )
    counts = {(metric, hour): int(total) for metric, hour, total in rows}
    failed = {hour: counts.get((Metric.API_ERRORS, hour), 0) for hour in hours}
    succeeded = {hour: counts.get((Metric.API_CALLS, hour), 0) - failed[hour] for hour in hours}
    total = sum(succeeded.values()) + sum(failed.values())
    return {
        "chart": hourly_chart(
            hours,
            {"Succeeded": succeeded, "Failed": failed},
            tones={"Succeeded": "chart-1", "Failed": "chart-2"},
        ),
        "total": total,
        "error_rate": round(100 * sum(failed.values()) / total, 1) if total else None,
    }
