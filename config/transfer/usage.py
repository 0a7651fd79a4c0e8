"""The usage history of a record: figures by hour, as the meter would have added them up."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from authn.metering import LATENCY_BUCKETS_MS
from billing.measures import UNITS, check_measure
from billing.models import PartnerUsage
from common.base import Environment
from common.errors import InvalidError

Metric = PartnerUsage.Metric
LARGEST_FIGURE = 10**18
SUMS = ("metric_value", "sample_count", "histogram")


def check_usage(values: dict[str, Any]) -> dict[str, Any]:
    """One figure; raises ValueError."""
    metric = str(values.get("metric_name") or "")
    if metric not in Metric.values:
        raise ValueError(f"metricName: expected one of {', '.join(Metric.values)}")
    environment = str(values.get("environment") or Environment.LIVE)
    if environment not in Environment.values:
        raise ValueError("environment: live or test")
    moment = datetime.fromisoformat(str(values["usage_date"]))
    if moment.tzinfo is None:
        raise ValueError("usageDate: expected a time with its zone")
    value = Decimal(str(values["metric_value"]))
    if not value.is_finite() or not 0 <= value < LARGEST_FIGURE:
        raise ValueError("metricValue: expected a number from 0, of at most 18 digits before the point")
    return {
        "app_name": str(values.get("app_name") or ""),
        "environment": environment,
        "metric_name": metric,
        "unit": checked_unit(metric, value, str(values.get("unit") or "")),
        "usage_date": moment.astimezone(UTC).replace(minute=0, second=0, microsecond=0),
        "metric_value": value,
        "sample_count": as_count(values.get("samples")),
        "histogram": checked_histogram(values.get("histogram") or []),
    }


def checked_unit(metric: str, value: Decimal, unit: str) -> str:
    """The unit, the metric's own where none is given; raises ValueError."""
    unit = unit or UNITS.get(Metric(metric), "")
    try:
        check_measure(metric_name=metric, value=value, unit=unit)
    except InvalidError as refusal:
        name = {"value": "metricValue"}.get(refusal.field or "", refusal.field)
        raise ValueError(f"{name}: {refusal.message}") from None
    return unit


def as_count(value: Any) -> int:
    """A number of samples; raises ValueError."""
    count = int(value or 0)
    if not 0 <= count < LARGEST_FIGURE:
        raise ValueError("samples: expected a whole number from 0")
    return count


def checked_histogram(counts: Any) -> list[int]:
    """Counts per latency bucket; raises ValueError."""
    if not isinstance(counts, list) or len(counts) > len(LATENCY_BUCKETS_MS) + 1:
        raise ValueError(f"histogram: expected a list of at most {len(LATENCY_BUCKETS_MS) + 1} counts")
    return [as_count(count) for count in counts]


def merged(figures: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Figures of one hour, metric, unit, application and environment as one: a finer history loses nothing."""
    sums: dict[tuple[Any, ...], dict[str, Any]] = {}
    for figure in figures:
        key = tuple(value for name, value in figure.items() if name not in SUMS)
        known = sums.setdefault(key, figure)
        if known is not figure:
            pairs = zip_longest(known["histogram"], figure["histogram"], fillvalue=0)
            known["metric_value"] += figure["metric_value"]
            known["sample_count"] += figure["sample_count"]
            known["histogram"] = [one + other for one, other in pairs]
    return list(sums.values())
