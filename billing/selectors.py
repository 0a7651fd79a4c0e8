"""Reads of usage."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDay, TruncHour, TruncMonth

from authn.metering import percentile
from billing.models import PartnerUsage
from common.principal import Principal
from common.replica import reads_replica

Metric = PartnerUsage.Metric
BYTES_PER_MEGABYTE = 1_000_000
PERIODS = {"hour": TruncHour, "day": TruncDay, "month": TruncMonth}


def has_usage(partner_id: uuid.UUID) -> bool:
    """Whether anything of a partner was counted: it is billed."""
    return PartnerUsage.objects.filter(partner_id=partner_id).exists()


@dataclass(frozen=True)
class UsageTotals:
    """What was used in a period."""

    calls: int
    errors: int
    rate_limited: int
    data_bytes: int
    megabytes: float
    p50_ms: float | None
    p95_ms: float | None
    p99_ms: float | None

    @property
    def error_rate(self) -> float | None:
        """Failed calls in per cent; None without calls."""
        return round(100 * self.errors / self.calls, 1) if self.calls else None


def usage_since(
    principal: Principal, start: datetime, *, environment: str = "", application_id: uuid.UUID | None = None
) -> QuerySet[PartnerUsage]:
    """The hourly rows the caller sees from `start` on, narrowed as asked."""
    rows = PartnerUsage.objects.visible_to(principal).filter(usage_date__gte=start).order_by()
    if environment:
        rows = rows.filter(environment=environment)
    if application_id:
        rows = rows.filter(application_id=application_id)
    return rows


@reads_replica
def usage_totals(rows: QuerySet[PartnerUsage]) -> UsageTotals:
    """The period added up; percentiles come from merged histograms, never from averages."""
    sums = dict(rows.values_list("metric_name").annotate(total=Sum("metric_value")))
    merged: list[int] = []
    for histogram in rows.filter(metric_name=Metric.RESPONSE_TIME).values_list("histogram", flat=True).iterator():
        merged += [0] * (len(histogram) - len(merged))
        for place, count in enumerate(histogram):
            merged[place] += count
    return UsageTotals(
        calls=int(sums.get(Metric.API_CALLS, 0)),
        errors=int(sums.get(Metric.API_ERRORS, 0)),
        rate_limited=int(sums.get(Metric.RATE_LIMITED, 0)),
        data_bytes=int(sums.get(Metric.DATA_PROCESSED, 0)),
        megabytes=round(float(sums.get(Metric.DATA_PROCESSED, 0)) / BYTES_PER_MEGABYTE, 1),
        p50_ms=percentile(merged, 0.5),
        p95_ms=percentile(merged, 0.95),
        p99_ms=percentile(merged, 0.99),
    )


@reads_replica
def usage_per_application(rows: QuerySet[PartnerUsage]) -> list[dict[str, Any]]:
    """Calls and errors of each application, most calls first."""
    sums: dict[uuid.UUID | None, dict[str, int]] = {}
    wanted = rows.filter(metric_name__in=[Metric.API_CALLS, Metric.API_ERRORS])
    for application_id, metric, total in wanted.values_list("application_id", "metric_name").annotate(
        total=Sum("metric_value")
    ):
        sums.setdefault(application_id, {})[metric] = int(total)
    return [
        {
            "application_id": application_id,
            "calls": figures.get(Metric.API_CALLS, 0),
            "errors": figures.get(Metric.API_ERRORS, 0),
        }
        for application_id, figures in sorted(sums.items(), key=lambda item: -item[1].get(Metric.API_CALLS, 0))
    ]


@dataclass(frozen=True, slots=True)
class UsageLine:
    """One metric of one application in one period, added up."""

    period_start: datetime
    application_id: uuid.UUID | None
    metric_name: str
    unit: str
    value: Decimal
    samples: int


@reads_replica
def usage_lines(rows: QuerySet[PartnerUsage], *, period: str = "day", by_application: bool = False) -> list[UsageLine]:
    """Usage added up by period and metric, and by application when asked for; oldest first."""
    keys = ["start", *(["application_id"] if by_application else []), "metric_name", "unit"]
    sums = (
        rows.annotate(start=PERIODS[period]("usage_date"))
        .values(*keys)
        .annotate(value=Sum("metric_value"), samples=Sum("sample_count"))
        .order_by(*keys)
    )
    return [
        UsageLine(
            row["start"], row.get("application_id"), row["metric_name"], row["unit"], row["value"], row["samples"]
        )
        for row in sums
    ]
