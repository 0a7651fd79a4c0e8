"""Usage: what the meter adds up, and what core services report."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.utils import timezone

from applications.models import PartnerApplication
from billing.measures import UNITS, check_measure
from billing.models import PartnerUsage, UsageReport
from billing.services.quotas import count_towards_quotas
from billing.tally import Slot, Tally
from common.errors import ForbiddenError, InvalidError, ReusedKeyError, UnknownObjectError
from common.ids import uuid7
from common.principal import Principal
from partners.models import Partner

# One statement adds a whole batch. Histograms add up bucket by bucket.
UPSERT = """
INSERT INTO billing_partnerusage AS usage
    (id, created_at, updated_at, partner_id, application_id, environment, metric_name, unit, usage_date, metric_value,
     sample_count, histogram)
SELECT id, now(), now(), partner, application, environment, metric, unit, hour, value, samples, histogram::bigint[]
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::numeric[],
            %s::bigint[], %s::text[])
     AS t (id, partner, application, environment, metric, unit, hour, value, samples, histogram)
ON CONFLICT (partner_id, application_id, environment, metric_name, usage_date, unit) DO UPDATE SET
    metric_value = usage.metric_value + excluded.metric_value,
    sample_count = usage.sample_count + excluded.sample_count,
    updated_at = now(),
    histogram = ARRAY(
        SELECT coalesce(a, 0) + coalesce(b, 0)
        FROM unnest(usage.histogram, excluded.histogram) WITH ORDINALITY AS pair (a, b, place) ORDER BY place
    )
"""

Metric = PartnerUsage.Metric
REPORTED = frozenset({Metric.DATA_PROCESSED, Metric.TRANSACTION_VALUE})


def rows_of(slot: Slot, tally: Tally) -> list[tuple[Any, ...]]:
    """The rows one tally adds to."""
    partner_id, application_id, environment, hour = slot
    figures = [
        (Metric.API_CALLS, tally.calls, tally.calls, "{}"),
        (Metric.API_ERRORS, tally.errors, tally.errors, "{}"),
        (Metric.RATE_LIMITED, tally.rate_limited, tally.rate_limited, "{}"),
        (Metric.DATA_PROCESSED, tally.data_bytes, tally.calls, "{}"),
        (Metric.RESPONSE_TIME, tally.milliseconds, tally.calls, f"{{{','.join(map(str, tally.histogram))}}}"),
    ]
    return [
        (
            uuid7(),
            partner_id,
            application_id,
            environment,
            metric.value,
            UNITS[metric],
            hour,
            Decimal(f"{value:.6f}"),
            samples,
            histogram,
        )
        for metric, value, samples, histogram in figures
        if samples
    ]


def add_usage(tallies: Mapping[Slot, Tally]) -> None:
    """Add tallies to hourly usage, rows in a fixed order so that two writers cannot wait for each other in a ring."""
    upsert(row for slot, tally in tallies.items() for row in rows_of(slot, tally))
    count_towards_quotas(tallies)


def upsert(rows: Iterable[tuple[Any, ...]]) -> None:
    """Add rows to hourly usage."""
    rows = sorted(rows, key=lambda row: (row[1], str(row[2]), *row[3:7]))
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(UPSERT, [list(column) for column in zip(*rows, strict=True)])


@transaction.atomic
def track_usage(
    *,
    partner_id: uuid.UUID,
    application_id: uuid.UUID | None,
    metric_name: str,
    value: Decimal,
    unit: str,
    idempotency_key: str,
    environment: str = "live",
    used_at: datetime | None = None,
    actor: Principal,
) -> tuple[UsageReport, bool]:
    """Add what a core service measured to the hour's usage; (report, False) when it was reported before.

    Raises ReusedKeyError for a key that came with another figure.
    """
    if not actor.is_service:
        raise ForbiddenError("forbidden", "Usage is reported by core services.")
    if metric_name in Metric.values and metric_name not in REPORTED:
        raise InvalidError("The meter alone counts this metric.", field="metric_name", code="metered")
    check_measure(metric_name=metric_name, value=value, unit=unit)
    check_owner(partner_id, application_id)
    hour = (used_at or timezone.now()).astimezone(UTC).replace(minute=0, second=0, microsecond=0)
    figure = {
        "application_id": application_id,
        "metric_name": metric_name,
        "unit": unit,
        "value": value,
        "environment": environment,
    }
    report, created = UsageReport.objects.get_or_create(
        partner_id=partner_id,
        idempotency_key=idempotency_key,
        defaults={**figure, "usage_date": hour, "reported_by": actor.label},
    )
    if created:
        upsert([(uuid7(), partner_id, application_id, environment, metric_name, unit, hour, value, 1, "{}")])
    else:
        check_repeats(report, figure if used_at is None else {**figure, "usage_date": hour})
    return report, created


def check_owner(partner_id: uuid.UUID, application_id: uuid.UUID | None) -> None:
    """Raise UnknownObjectError for a partner there is not, and for an application that is not the partner's."""
    if not Partner.objects.filter(id=partner_id).exists():
        raise UnknownObjectError(field="partner_id")
    own = PartnerApplication.objects.filter(partner_id=partner_id)
    if application_id is not None and not own.filter(id=application_id).exists():
        raise UnknownObjectError(field="app_id")


def check_repeats(report: UsageReport, figure: Mapping[str, Any]) -> None:
    """Raise ReusedKeyError when `figure` is another one than was reported: it would be lost without a word."""
    if any(getattr(report, name) != value for name, value in figure.items()):
        raise ReusedKeyError("This idempotency key was used to report another figure.")
