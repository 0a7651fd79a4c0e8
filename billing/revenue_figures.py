"""The revenue of one partner or application, for their statistics: what its transactions were worth."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum

from applications.models import PartnerApplication
from billing.measures import minor_digits
from billing.models import PartnerUsage
from billing.recent_usage import PERIOD_DAYS, recent_usage, recent_usage_of

BY_CURRENCY: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "required": ["currency", "amount"],
        "properties": {
            "currency": {"type": "string", "description": "ISO 4217."},
            "amount": {"type": "string", "format": "decimal", "description": "Exact, with the currency's decimals."},
        },
    },
}
SCHEMA: dict[str, Any] = {
    "type": "object",
    "description": "Value of the transactions that core services reported. Two currencies are never added together.",
    "required": ["days", "live", "test"],
    "properties": {"days": {"type": "integer"}, "live": BY_CURRENCY, "test": BY_CURRENCY},
}


def revenue_of(application: PartnerApplication) -> dict[str, Any]:
    """What core services reported of an application's transactions, of the last 30 days by environment and currency."""
    return add_up(recent_usage_of(application))


def revenue_of_partner(partner_id: uuid.UUID) -> dict[str, Any]:
    """The same of all transactions of a partner."""
    return add_up(recent_usage(partner_id))


def add_up(usage: QuerySet[PartnerUsage]) -> dict[str, Any]:
    """`usage` by environment and currency; two currencies are never one sum."""
    rows = (
        usage.filter(metric_name=PartnerUsage.Metric.TRANSACTION_VALUE)
        .values_list("environment", "unit")
        .annotate(total=Sum("metric_value"))
        .order_by("unit")
    )
    figures: dict[str, Any] = {"live": [], "test": []}
    for environment, currency, total in rows:
        figures[environment].append({"currency": currency, "amount": amount_in(currency, total)})
    return {"days": PERIOD_DAYS, **figures}


def amount_in(currency: str, total: Decimal) -> str:
    """Exactly, with the decimals of its currency."""
    digits = minor_digits(currency)
    return f"{total.normalize():f}" if digits is None else f"{total:.{digits}f}"
