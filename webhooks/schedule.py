"""When a failed delivery is tried again."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from random import random

BASE_SECONDS = 120.0
LONGEST_SECONDS = 24 * 3600.0
JITTER = 0.1


def delay_after(attempt_number: int, *, limit: int, backoff: str = "exponential") -> float | None:
    """Seconds from failed attempt `attempt_number` to the next; None when it was the last one.

    Exponential: 2, 4, 8, 16 minutes; fixed: 2 minutes each time. Without jitter.
    """
    if attempt_number >= limit:
        return None
    factor = 2 ** (attempt_number - 1) if backoff == "exponential" else 1
    return min(BASE_SECONDS * factor, LONGEST_SECONDS)


def with_jitter(seconds: float) -> float:
    """Up to a tenth longer, never shorter, so that a burst of failures does not come back as a burst."""
    return seconds * (1 + JITTER * random())  # noqa: S311 (spreads load, keeps no secret)


def retry_after(header: str, *, now: datetime | None = None) -> float | None:
    """Seconds a `Retry-After` header (RFC 9110, 10.2.3) asks for, at most a day; None when there is none to honour."""
    text = header.strip()
    if text.isascii() and text.isdigit() and len(text) < 10:
        return min(float(text), LONGEST_SECONDS)
    try:
        moment = parsedate_to_datetime(text)
    except (ValueError, TypeError, OverflowError):  # a year or an offset that no clock has
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, min((moment - (now or datetime.now(tz=UTC))).total_seconds(), LONGEST_SECONDS))
