"""What answers to the keys and tokens of a deprecated application say. Pure."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime

# Days before the last one on which the partner is warned, earliest first.
WARNINGS = (30, 7, 1)


def sunset_moment(day: date) -> datetime:
    """The moment it stops: midnight UTC at the start of the sunset date."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def notice_headers(deprecated_at: datetime | None, sunset_date: date | None) -> tuple[tuple[str, str], ...]:
    """`Deprecation` (RFC 9745) and `Sunset` (RFC 8594); nothing for an application that is not deprecated."""
    if sunset_date is None:
        return ()
    sunset = ("Sunset", format_datetime(sunset_moment(sunset_date), usegmt=True))
    if deprecated_at is None:
        return (sunset,)
    return (("Deprecation", f"@{int(deprecated_at.timestamp())}"), sunset)


def due_warning(sunset_date: date, today: date, warned: int | None) -> int | None:
    """The warning to send now: the nearest milestone reached that was not sent yet; None when there is none."""
    left = (sunset_date - today) // timedelta(days=1)
    reached = [days for days in WARNINGS if left <= days]
    if left < 1 or not reached:
        return None
    milestone = min(reached)
    return milestone if warned is None or milestone < warned else None
