"""The figures behind a chart of the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone


def chart(
    labels: Sequence[str],
    series: Mapping[str, Sequence[float]],
    *,
    tones: Mapping[str, str] | None = None,
    unit: str = "",
) -> dict[str, Any]:
    """What `<c-chart :data=...>` draws: one value per label in every series. `tones` names colour tokens."""
    tones = tones or {}
    return {
        "labels": list(labels),
        "unit": unit,
        "series": [
            {"name": name, "values": list(values), **({"tone": tones[name]} if name in tones else {})}
            for name, values in series.items()
        ],
    }


def last_hours(count: int = 24) -> list[datetime]:
    """The starts of the last `count` hours, UTC, oldest first; the last one is the current hour."""
    current = timezone.now().replace(minute=0, second=0, microsecond=0)
    return [current - timedelta(hours=back) for back in reversed(range(count))]


def hourly_chart(
    hours: Sequence[datetime],
    series: Mapping[str, Mapping[datetime, float]],
    *,
    tones: Mapping[str, str] | None = None,
    unit: str = "",
) -> dict[str, Any]:
    """A chart over `hours` of figures keyed by the start of their hour; an hour without one counts zero."""
    values = {name: [figures.get(hour, 0) for hour in hours] for name, figures in series.items()}
    return chart([f"{hour:%H}:00" for hour in hours], values, tones=tones, unit=unit)
