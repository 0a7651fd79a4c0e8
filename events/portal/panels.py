"""What this app shows on the home page."""

from __future__ import annotations

from typing import Any

from common.principal import Principal
from events.models import PlatformEvent

SHOWN = 6


def recent_events(principal: Principal) -> dict[str, Any]:
    """The newest events the partner can see."""
    return {"events": list(PlatformEvent.objects.visible_to(principal).select_related("event_type")[:SHOWN])}
