"""`/api/events/ws`: the event stream as a WebSocket.

The handshake is replayed as GET /api/events/stream through the whole HTTP stack, so credentials, scopes, filters,
limits and metering are the same; each event of that stream becomes one text message. A stream that ends without one
says where to resume it, in its only message: `{"position": "evt_..."}`.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
Application = Callable[[Any, Any, Any], Awaitable[None]]

PATH = "/api/events/ws"
STREAM_PATH = "/api/events/stream"
ENDED, REFUSED, NO_SUCH_PATH = 1012, 4000, 4404  # 1012: service restart, the client reconnects


class EventSocket:
    """Answers WebSockets and passes everything else on."""

    def __init__(self, http: Application) -> None:
        self.http = http

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """One connection."""
        if scope["type"] != "websocket":
            await self.http(scope, receive, send)
            return
        await receive()  # websocket.connect
        if scope["path"] != PATH or not same_origin(scope):
            await send({"type": "websocket.accept"})
            await send({"type": "websocket.close", "code": NO_SUCH_PATH})
            return
        await Bridge(self.http, scope, receive, send).run()


def same_origin(scope: Scope) -> bool:
    """Whether a browser's page is ours: another site's page must not use the visitor's cookie (RFC 6455, 10.2).

    Streams may have a port of their own, so the pages of PUBLIC_URL count as ours beside those of the same host.
    """
    headers = dict(scope["headers"])
    origin = headers.get(b"origin", b"").decode("latin-1")
    ours = {headers.get(b"host", b"").decode("latin-1"), urlsplit(settings.PUBLIC_URL).netloc}
    return not origin or urlsplit(origin).netloc in ours


class Bridge:
    """One WebSocket and the HTTP stream behind it."""

    def __init__(self, http: Application, scope: Scope, receive: Receive, send: Send) -> None:
        self.http, self.scope, self.receive, self.send = http, scope, receive, send
        self.status = 0
        self.position = ""  # where the stream began, as long as no event has come
        self.buffer = b""
        self.gone = asyncio.Event()

    async def run(self) -> None:
        """Until the client leaves or the stream ends, whichever is first."""
        stream = asyncio.create_task(self.stream())
        listener = asyncio.create_task(self.listen())
        try:
            await asyncio.wait({stream, listener}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            self.gone.set()
            listener.cancel()
            await asyncio.wait({stream, listener}, timeout=5)
        if (stream.done() and not listener.done()) or listener.cancelled():
            code = ENDED if self.status == 200 else REFUSED + self.status
            if self.position:
                await self.send({"type": "websocket.send", "text": json.dumps({"position": self.position})})
            await self.send({"type": "websocket.close", "code": code})

    async def listen(self) -> None:
        """Ignore what the client says; return when it leaves."""
        while (await self.receive())["type"] != "websocket.disconnect":
            pass

    async def stream(self) -> None:
        """Run the HTTP request behind this socket."""
        scope = {**self.scope, "type": "http", "method": "GET", "path": STREAM_PATH, "raw_path": STREAM_PATH.encode()}
        scope["scheme"] = "https" if scope.get("scheme") == "wss" else "http"
        asked = False

        async def receive() -> MutableMapping[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": b"", "more_body": False}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        await self.http(scope, receive, self.pass_on)

    async def pass_on(self, part: MutableMapping[str, Any]) -> None:
        """Turn a part of the HTTP answer into messages."""
        if part["type"] == "http.response.start":
            self.status = part["status"]
            await self.send({"type": "websocket.accept"})
            return
        self.buffer += part.get("body", b"")
        if self.status != 200:
            if not part.get("more_body"):
                await self.send({"type": "websocket.send", "text": self.buffer.decode()})
            return
        *messages, self.buffer = self.buffer.split(b"\n\n")
        for one in messages:
            fields = dict(line.split(": ", 1) for line in one.decode().split("\n") if not line.startswith(":"))
            if "data" in fields:
                self.position = ""
                await self.send({"type": "websocket.send", "text": fields["data"]})
            else:  # where it begins, or a heartbeat
                self.position = fields.get("id", self.position)
