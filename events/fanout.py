"""Who takes an event further, in the publishing transaction. Higher apps fill this in when they are ready."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from events.models import PlatformEvent

subscribers: list[Callable[[PlatformEvent], None]] = []


def register_fan_out(subscriber: Callable[[PlatformEvent], None]) -> None:
    """Call `subscriber(event)` inside the transaction of every publish."""
    if subscriber not in subscribers:
        subscribers.append(subscriber)
