"""The stream of events for a page of the portal."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from urllib.parse import urlencode

from django.urls import reverse

from common.partitions import uuid7_floor
from events.horizon import horizon
from events.models import EventType


def position() -> uuid.UUID:
    """Where the log is complete. Taken before a page reads its rows: what commits meanwhile is streamed to it."""
    return uuid7_floor(horizon())


def stream_url(filters: Mapping[str, str], after: uuid.UUID) -> str:
    """The stream of the API from `after` on; a proxy may hand that path to a process of its own."""
    return f"{reverse('platformevent-stream')}?{urlencode({**filters, 'lastEventId': after})}"


def streamed_names() -> list[str]:
    """Every event there can be: a browser hears those alone that it is told to listen for."""
    return list(EventType.objects.order_by("event_name").values_list("event_name", flat=True))
