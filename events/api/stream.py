"""Events as they happen: server-sent events (HTML standard, 9.2), resumable by `Last-Event-ID`."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from rest_framework.renderers import JSONRenderer

from common.partitions import uuid7_floor
from events.api.serializers import EventSerializer
from events.models import PlatformEvent
from events.models.platform_event import PlatformEventQuerySet

POLL_SECONDS = 1.0
HEARTBEAT_SECONDS = 15.0
# A stream ends after this long and the client resumes it: by then a revoked credential is refused.
LIFETIME_SECONDS = 60.0
# An event gets its id when it is published and is seen when its transaction commits: look back this far for late ones.
OVERLAP = timedelta(seconds=5)
BATCH = 200


@dataclass
class Position:
    """Where one stream stands: nothing before `start` is sent, nothing twice."""

    start: uuid.UUID
    newest: uuid.UUID | None = None
    sent: set[uuid.UUID] = field(default_factory=set)

    @property
    def floor(self) -> uuid.UUID:
        """The id behind which to look for more."""
        if self.newest is None:
            return self.start
        return max(self.start, uuid7_floor(made_at(self.newest) - OVERLAP))

    def advance(self, events: list[PlatformEvent]) -> list[PlatformEvent]:
        """Those of `events` that were not sent yet; they count as sent from here on."""
        fresh = [event for event in events if event.id not in self.sent]
        if fresh:
            self.newest = max(fresh[-1].id, self.newest or self.start)
            floor = self.floor
            self.sent = {one for one in self.sent if one > floor} | {event.id for event in fresh}
        return fresh


def made_at(event_id: uuid.UUID) -> datetime:
    """The time that a UUIDv7 holds."""
    return datetime.fromtimestamp((event_id.int >> 80) / 1000, tz=UTC)


def event_stream(request: HttpRequest, events: PlatformEventQuerySet, after: uuid.UUID | None) -> StreamingHttpResponse:
    """The response: open and live on ASGI; on WSGI, which would buffer it, what is there, and the client resumes."""
    position = Position(after or uuid7_floor(datetime.now(tz=UTC)))

    def read() -> list[PlatformEvent]:
        rows = events.filter(id__gt=position.floor).exclude(id__in=position.sent).order_by("id")[:BATCH]
        return position.advance(list(rows))

    body = follow(read) if isinstance(request, ASGIRequest) else drain(read)
    response = StreamingHttpResponse(body, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx passes it on unbuffered
    return response


def drain(read: Callable[[], list[PlatformEvent]]) -> Iterator[bytes]:
    """What is there, and when to come back."""
    yield b"retry: 2000\n\n"
    while events := read():
        yield from map(message, events)


async def follow(read: Callable[[], list[PlatformEvent]]) -> AsyncIterator[bytes]:
    """Events as they are committed, and a comment when there were none for a while."""

    def read_and_close() -> list[PlatformEvent]:
        try:
            return read()
        finally:
            connection.close()  # a waiting stream holds no database connection

    yield b"retry: 1000\n\n"
    ends, speaks = time.monotonic() + LIFETIME_SECONDS, time.monotonic() + HEARTBEAT_SECONDS
    while time.monotonic() < ends:
        events = await sync_to_async(read_and_close)()
        for event in events:
            yield message(event)
        if events or time.monotonic() > speaks:
            speaks = time.monotonic() + HEARTBEAT_SECONDS
            yield b": still here\n\n"
        if len(events) < BATCH:
            await asyncio.sleep(POLL_SECONDS)


def message(event: PlatformEvent) -> bytes:
    """One event: its id for resuming, its name for listeners, and the object of the REST API as data."""
    data = JSONRenderer().render(EventSerializer(event).data)
    return b"id: %b\nevent: %b\ndata: %b\n\n" % (event.public_id.encode(), event.event_type.event_name.encode(), data)
