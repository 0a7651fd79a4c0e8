"""What usage is measured in: one unit for each known metric, and money for the value of transactions."""

from __future__ import annotations

from decimal import Decimal

from iso4217 import Currency

from billing.models import PartnerUsage
from common.errors import InvalidError

Metric = PartnerUsage.Metric

UNITS = {
    Metric.API_CALLS: "calls",
    Metric.API_ERRORS: "calls",
    Metric.RATE_LIMITED: "calls",
    Metric.DATA_PROCESSED: "bytes",
    Metric.RESPONSE_TIME: "ms",
}


def minor_digits(currency: str) -> int | None:
    """How many decimals an ISO 4217 currency has: 2 for USD, 0 for JPY, 3 for KWD; None for what nobody pays in."""
    try:
        return Currency(currency).exponent
    except ValueError:
        return None


def check_measure(*, metric_name: str, value: Decimal, unit: str) -> None:
    """Refuse a known metric in another unit than its own, and money that nobody could pay. Others' units are theirs."""
    if metric_name == Metric.TRANSACTION_VALUE:
        check_money(value, unit)
    elif metric_name in UNITS and unit != UNITS[Metric(metric_name)]:
        raise InvalidError(f"This metric is counted in {UNITS[Metric(metric_name)]}.", field="unit", code="wrong_unit")


def check_money(value: Decimal, currency: str) -> None:
    """Refuse what is no currency, and fractions of its smallest unit: nothing is rounded."""
    digits = minor_digits(currency)
    if digits is None:
        message = "A transaction's value has an ISO 4217 currency as its unit, in capitals, such as USD."
        raise InvalidError(message, field="unit", code="unknown_currency")
    if value != value.quantize(Decimal(1).scaleb(-digits)):
        message = f"{currency} has {digits or 'no'} decimal{'s' if digits != 1 else ''}: no fraction of them is taken."
        raise InvalidError(message, field="value", code="too_precise")
