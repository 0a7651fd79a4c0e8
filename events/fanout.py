"""Who takes an event further, in the publishing transaction. Higher apps fill this in when they are ready."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from events.models import PlatformEvent

subscribers: list[Callable[[PlatformEvent], None]] = []


def register_fan_out(subscriber: Callable[[PlatformEvent], None]) -> None:
    """Call `subscriber(event)` inside the transaction of every publish."""
    if subscriber not in subscribers:
        subscribers.append(subscriber)


class Replay(Protocol):
    """Sends a stored event again."""

    def __call__(self, event: PlatformEvent, *, endpoint_id: uuid.UUID | None, partner_id: uuid.UUID | None) -> int:
        """Send to one endpoint, or to every endpoint that takes it, marked as a replay; return to how many.

        `partner_id` keeps it to that partner's endpoints.
        """


replayers: list[Replay] = []


def register_replay(replay: Replay) -> None:
    """Call `replay(event, endpoint_id=..., partner_id=...)` for every event that is replayed."""
    if replay not in replayers:
        replayers.append(replay)
