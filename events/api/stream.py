"""Events as they happen: server-sent events (HTML standard, 9.2), resumable by `Last-Event-ID`."""

from __future__ import annotations

import asyncio
import time
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

from asgiref.sync import sync_to_async
from django.core.handlers.asgi import ASGIRequest
from django.db import connection
from django.http import HttpRequest, StreamingHttpResponse
from rest_framework.renderers import JSONRenderer

from common.partitions import uuid7_floor
from common.principal import Principal
from common.revocation import still_admitted
from events.api.serializers import EventSerializer
from events.horizon import SETTLE_SECONDS, horizon
from events.models import PlatformEvent
from events.models.platform_event import PlatformEventQuerySet
from events.visibility import Scopes, event_scopes

POLL_SECONDS = 0.5
HEARTBEAT_SECONDS = 15.0
LIFETIME_SECONDS = 60.0  # then the client resumes it, and the request is metered and limited anew
BATCH = 200


@dataclass
class Reader:
    """One stream: which events, whose, and behind which one it stands."""

    request: HttpRequest
    principal: Principal
    scopes: Scopes
    events: PlatformEventQuerySet
    after: uuid.UUID

    def read(self) -> list[PlatformEvent]:
        """The next events, in order."""
        settled = uuid7_floor(horizon())
        rows = list(self.events.filter(id__gt=self.after, id__lt=settled).order_by("id")[:BATCH])
        if rows:
            self.after = rows[-1].id
        return rows

    def read_if_admitted(self) -> list[PlatformEvent] | None:
        """The same; None once the caller may not read any more, or not as when the stream began."""
        try:
            admitted = still_admitted(self.request, self.principal) and event_scopes(self.principal) == self.scopes
            return self.read() if admitted else None
        finally:
            let_go()


def let_go() -> None:
    """A waiting stream holds no database connection."""
    connection.close()


def event_stream(
    request: HttpRequest, principal: Principal, events: PlatformEventQuerySet, after: uuid.UUID | None
) -> StreamingHttpResponse:
    """The response: open and live on ASGI; on WSGI, which would buffer it, what is there, and the client resumes.

    It begins with the id of where it stands, so that who is cut off before the first event resumes there too.
    """
    start = after or uuid7_floor(datetime.now(tz=UTC))
    reader = Reader(request, principal, event_scopes(principal), events, start)
    here = b"id: evt_%b\n\n" % start.hex.encode()
    if isinstance(request, ASGIRequest):
        body: Iterator[bytes] | AsyncIterator[bytes] = follow(reader.read_if_admitted, here)
    else:
        body = drain(reader.read, here)
    response = StreamingHttpResponse(body, content_type="text/event-stream")
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"  # nginx passes it on unbuffered
    return response


def drain(read: Callable[[], list[PlatformEvent]], here: bytes) -> Iterator[bytes]:
    """What is there, and when to come back."""
    yield b"retry: 2000\n" + here
    time.sleep(SETTLE_SECONDS)  # what was published before the request is part of the answer
    while events := read():
        yield from map(message, events)


async def follow(read: Callable[[], list[PlatformEvent] | None], here: bytes) -> AsyncIterator[bytes]:
    """Events as they are committed, and a comment when there were none for a while; until the caller may not read."""
    await sync_to_async(let_go)()
    yield b"retry: 1000\n" + here
    ends, speaks = time.monotonic() + LIFETIME_SECONDS, time.monotonic() + HEARTBEAT_SECONDS
    while time.monotonic() < ends:
        events = await sync_to_async(read)()
        if events is None:
            return
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
