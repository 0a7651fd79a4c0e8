"""The calls of one partner or application, for their statistics."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import QuerySet, Sum

from applications.models import PartnerApplication
from billing.models import PartnerUsage
from billing.recent_usage import PERIOD_DAYS, recent_usage, recent_usage_of

MEMBERS = {"api_calls": "total", "api_errors": "errors", "rate_limited": "rateLimited"}


def calls_of(application: PartnerApplication) -> dict[str, Any]:
    """Calls, errors among them, and calls the limit refused, of the last 30 days by environment."""
    return add_up(recent_usage_of(application))


def calls_of_partner(partner_id: uuid.UUID) -> dict[str, Any]:
    """The same of all that a partner's credentials did."""
    return add_up(recent_usage(partner_id))


def add_up(usage: QuerySet[PartnerUsage]) -> dict[str, Any]:
    """`usage` by environment and metric."""
    rows = (
        usage.order_by()
        .filter(metric_name__in=MEMBERS)
        .values_list("environment", "metric_name")
        .annotate(Sum("metric_value"))
    )
    figures: dict[str, Any] = {name: dict.fromkeys(MEMBERS.values(), 0) for name in ("live", "test")}
    for environment, metric, value in rows:
        figures[environment][MEMBERS[metric]] = int(value)
    return {"days": PERIOD_DAYS, **figures}
