"""Filters of the component kit."""

from __future__ import annotations

import json
import textwrap
from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django import template
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from common.text import is_storable

register = template.Library()

# The meaning of every status in the product, so that one word has one colour everywhere.
TONES: dict[str, str] = {
    **dict.fromkeys(
        ["active", "approved", "published", "delivered", "healthy", "paid", "completed", "passed"], "success"
    ),
    **dict.fromkeys(["verified", "signed", "accepted", "succeeded", "enabled"], "success"),
    **dict.fromkeys(["pending", "submitted", "in_review", "processing", "sent", "invited", "retrying"], "info"),
    **dict.fromkeys(["changes_requested", "degraded", "maintenance", "rotated", "expiring", "overdue"], "warning"),
    **dict.fromkeys(["suspended", "rejected", "failed", "error", "unhealthy", "revoked", "cancelled"], "danger"),
    **dict.fromkeys(["draft", "inactive", "expired", "deprecated", "unknown", "disabled", "superseded"], "neutral"),
    "test": "warning",
    "live": "success",
}
BADGE_CLASSES = {
    "success": "bg-success-soft text-success-ink",
    "warning": "bg-warning-soft text-warning-ink",
    "danger": "bg-danger-soft text-danger-ink",
    "info": "bg-info-soft text-info-ink",
    "accent": "bg-accent-soft text-link",
    "neutral": "bg-neutral-soft text-muted",
}
BUTTON_BASE = (
    "inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap "
    "transition-colors disabled:opacity-55"
)
BUTTON_SIZES = {"sm": "min-h-7 px-2 text-sm", "md": "min-h-8.5 px-3", "lg": "min-h-10 px-4"}
BUTTON_VARIANTS = {
    "primary": "border-transparent bg-accent text-on-accent hover:bg-accent-hover",
    "secondary": "border-line-strong bg-surface text-ink shadow-card hover:bg-hover",
    "ghost": "border-transparent text-muted hover:bg-hover hover:text-ink",
    "danger": "border-transparent bg-danger-fill text-on-accent hover:bg-danger-hover",
    "danger-quiet": "border-line-strong bg-surface text-danger-ink hover:border-danger hover:bg-danger-soft",
}
UNITS = ((86_400, "day"), (3600, "h"), (60, "min"), (1, "s"))
# The first mark that is there decides: each browser also names those it wants to be taken for.
BROWSERS = {"Edg": "Edge", "OPR/": "Opera", "Firefox/": "Firefox", "FxiOS/": "Firefox", "CriOS/": "Chrome"}
BROWSERS |= {"Chrome/": "Chrome", "Safari/": "Safari"}
SYSTEMS = {"Android": "Android", "iPhone": "iOS", "iPad": "iPadOS", "Windows": "Windows", "Mac OS X": "macOS"}
SYSTEMS |= {"CrOS": "ChromeOS", "Linux": "Linux"}
STATUS_CODE_TONES = {2: "success", 3: "info", 4: "warning", 5: "danger"}


@register.filter
def tone(status: object) -> str:
    """The tone of a status value or an HTTP status code."""
    text = str(status)
    if text.isdigit():
        return STATUS_CODE_TONES.get(int(text) // 100, "neutral")
    return TONES.get(text.lower(), "neutral")


@register.filter
def badge_class(name: str) -> str:
    """The colours of a badge of tone `name`."""
    return BADGE_CLASSES.get(name, BADGE_CLASSES["neutral"])


@register.filter
def button_class(variant: str, size: str) -> str:
    """The classes of a button."""
    return f"{BUTTON_BASE} {BUTTON_SIZES[size]} {BUTTON_VARIANTS[variant]}"


@register.filter
def chart_rows(data: dict[str, Any]) -> list[tuple[str, tuple[Any, ...]]]:
    """The figures of a chart as (label, one value per series)."""
    columns = [series["values"] for series in data.get("series", [])]
    return list(zip(data.get("labels", []), zip(*columns, strict=True), strict=True))


@register.filter
def words(value: object) -> str:
    """`changes_requested` -> `Changes requested`."""
    text = str(value).replace("_", " ").strip()
    return text[:1].upper() + text[1:]


@register.filter
def inside(label: str) -> str:
    """A label inside a sentence: `Signing secret` -> `signing secret`, but `API key` stays."""
    return label if label[1:2].isupper() else label[:1].lower() + label[1:]


@register.filter
def dedent(text: str) -> SafeString:
    """A block of code without the indentation of the template around it. `text` is a rendered slot: already escaped."""
    return mark_safe(textwrap.dedent(str(text).strip("\n")).strip())  # noqa: S308 (escaped when the slot was rendered)


@register.filter
def lines(values: Iterable[object]) -> str:
    """One value per line."""
    return "\n".join(map(str, values))


@register.filter
def pretty_json(value: Any) -> str:
    """Indented JSON; text that is JSON is indented too, other text is kept, and JSON that no page can show."""
    try:
        text: str = json.dumps(json.loads(value) if isinstance(value, str) else value, indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return str(value)
    return text if is_storable(text) else str(value)


@register.filter
def ago(moment: datetime | None) -> str:
    """A short distance from now: `12 s ago`, `in 3 min`, `5 h ago`, `2 days ago`, then the date."""
    if moment is None:
        return ""
    seconds = (timezone.now() - moment).total_seconds()
    distance = abs(seconds)
    if distance < 5:
        return "just now"
    if distance >= 86_400 * 7:
        return f"{moment:%-d %b %Y}"
    size, unit = next((size, unit) for size, unit in UNITS if distance >= size)
    count = int(distance // size)
    text = f"{count} {unit}{'s' if unit == 'day' and count != 1 else ''}"
    return f"{text} ago" if seconds > 0 else f"in {text}"


@register.filter
def browser(user_agent: str) -> str:
    """`Firefox on Linux` for what a browser says of itself; what is none of those we know stays as it is."""
    name = next((name for mark, name in BROWSERS.items() if mark in user_agent), None)
    system = next((name for mark, name in SYSTEMS.items() if mark in user_agent), None)
    if name is None:
        return user_agent
    return f"{name} on {system}" if system else name


@register.filter
def span(milliseconds: float) -> str:
    """A length of time: `84 ms`, `1.2 s`, `14 min`, `3.5 h`."""
    for size, unit, digits in ((3_600_000, "h", 1), (60_000, "min", 0), (1000, "s", 1)):
        if milliseconds >= size:
            return f"{milliseconds / size:.{digits}f} {unit}"
    return f"{milliseconds:.0f} ms"


@register.filter
def percent_of(value: float, whole: float) -> int:
    """`value` as a percentage of `whole`, 0 to 100."""
    return max(0, min(100, round(100 * value / whole))) if whole else 0


@register.simple_tag(takes_context=True)
def query(context: template.Context, **changes: object) -> str:
    """The current query string with `changes`; a None or empty value drops the parameter."""
    parameters = context["request"].GET.copy()
    for name, value in changes.items():
        parameters.pop(name, None)
        if value not in (None, ""):
            parameters[name] = str(value)
    encoded = parameters.urlencode()
    return f"?{encoded}" if encoded else "?"
