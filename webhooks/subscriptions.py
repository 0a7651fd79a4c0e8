"""What an endpoint may be subscribed to."""

from __future__ import annotations


def subscription_names(event_name: str) -> list[str]:
    """What an endpoint may be subscribed to, to get `event_name`: `lead.created`, `lead.*` and `*`."""
    return [event_name, f"{event_name.partition('.')[0]}.*", "*"]
