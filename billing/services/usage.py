"""Usage: what the meter adds up, and what core services report."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from django.db import connection

from billing.models import PartnerUsage
from billing.tally import Slot, Tally
from common.ids import uuid7

# One statement adds a whole batch. Histograms add up bucket by bucket.
UPSERT = """
INSERT INTO billing_partnerusage AS usage
    (id, created_at, updated_at, partner_id, application_id, environment, metric_name, unit, usage_date, metric_value,
     sample_count, histogram)
SELECT id, now(), now(), partner, application, environment, metric, unit, hour, value, samples, histogram::bigint[]
FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::text[], %s::timestamptz[], %s::numeric[],
            %s::bigint[], %s::text[])
     AS t (id, partner, application, environment, metric, unit, hour, value, samples, histogram)
ON CONFLICT (partner_id, application_id, environment, metric_name, usage_date) DO UPDATE SET
    metric_value = usage.metric_value + excluded.metric_value,
    sample_count = usage.sample_count + excluded.sample_count,
    updated_at = now(),
    histogram = ARRAY(
        SELECT coalesce(a, 0) + coalesce(b, 0)
        FROM unnest(usage.histogram, excluded.histogram) WITH ORDINALITY AS pair (a, b, place) ORDER BY place
    )
"""

Metric = PartnerUsage.Metric


def rows_of(slot: Slot, tally: Tally) -> list[tuple[Any, ...]]:
    """The rows one tally adds to."""
    partner_id, application_id, environment, hour = slot
    figures = [
        (Metric.API_CALLS, "calls", tally.calls, tally.calls, "{}"),
        (Metric.API_ERRORS, "calls", tally.errors, tally.errors, "{}"),
        (Metric.RATE_LIMITED, "calls", tally.rate_limited, tally.rate_limited, "{}"),
        (Metric.DATA_PROCESSED, "bytes", tally.data_bytes, tally.calls, "{}"),
        (Metric.RESPONSE_TIME, "ms", tally.milliseconds, tally.calls, f"{{{','.join(map(str, tally.histogram))}}}"),
    ]
    return [
        (
            uuid7(),
            partner_id,
            application_id,
            environment,
            metric.value,
            unit,
            hour,
            Decimal(str(value)),
            samples,
            histogram,
        )
        for metric, unit, value, samples, histogram in figures
        if samples
    ]


def add_usage(tallies: Mapping[Slot, Tally]) -> None:
    """Add tallies to hourly usage, rows in a fixed order so that two writers cannot wait for each other in a ring."""
    rows = sorted(
        (row for slot, tally in tallies.items() for row in rows_of(slot, tally)),
        key=lambda row: (row[1], str(row[2]), row[3], row[4], row[6]),
    )
    if rows:
        with connection.cursor() as cursor:
            cursor.execute(UPSERT, [list(column) for column in zip(*rows, strict=True)])
