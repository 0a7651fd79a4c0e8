"""What this app shows on the home page."""

from __future__ import annotations

from typing import Any

from common.principal import Principal
from events.selectors import list_events

SHOWN = 6


def recent_events(principal: Principal) -> dict[str, Any]:
    """The newest events the partner can see."""
    return {"events": list(list_events(principal=principal)[:SHOWN])}
