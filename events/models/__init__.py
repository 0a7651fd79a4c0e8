"""The event catalogue and the append-only event log."""

from events.models.event_type import EventType
from events.models.platform_event import PlatformEvent
from events.models.published_key import PublishedKey

__all__ = ["EventType", "PlatformEvent", "PublishedKey"]
