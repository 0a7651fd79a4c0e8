"""The figures behind a chart of the portal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


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
