"""A stand-in for one of the insurer's own services: says what reached it, takes uploads, sends a stream."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


class CoreService(ThreadingHTTPServer):
    """Listens on a free port of 127.0.0.1."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), CoreHandler)
        self.seen: list[dict[str, Any]] = []
        self.first_bytes = threading.Event()  # of an upload: they have come
        self.go_on = threading.Event()  # for a stream: the first event has been read

    @property
    def port(self) -> int:
        return int(self.server_address[1])


class CoreHandler(BaseHTTPRequestHandler):
    """One connection."""

    protocol_version = "HTTP/1.1"
    server: CoreService

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 (the base's name)
        """Keep quiet."""

    def chunks(self) -> Iterator[bytes]:
        """The body as it comes, however it is framed."""
        if self.headers.get("Transfer-Encoding", "").lower() == "chunked":
            while size := int(self.rfile.readline().split(b";")[0], 16):
                yield self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
            return
        left = int(self.headers.get("Content-Length", 0))
        while left:
            piece = self.rfile.read1(min(left, 65536))
            left -= len(piece)
            yield piece

    def answer(self) -> None:
        """Tell what came."""
        digest, size = hashlib.sha256(), 0
        for piece in self.chunks():
            self.server.first_bytes.set()
            digest.update(piece)
            size += len(piece)
        headers: dict[str, list[str]] = {}
        for name, value in self.headers.items():
            headers.setdefault(name.lower(), []).append(value)
        seen = {"method": self.command, "target": self.path, "headers": headers, "size": size}
        self.server.seen.append(seen)
        if self.path == "/core/leads/events":
            self.stream()
        elif self.path.startswith("/core/leads/status/"):
            self.send(int(self.path.rpartition("/")[2]), b"the service's own words")
        else:
            self.send(200, json.dumps({**seen, "sha256": digest.hexdigest()}).encode())

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = answer  # noqa: N815 (the base's names)

    def send(self, status: int, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def stream(self) -> None:
        """One event, and the second one only when told that the first was read."""
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for number in (1, 2):
            event = f"data: {number}\n\n".encode()
            self.wfile.write(b"%x\r\n%b\r\n" % (len(event), event))
            assert self.server.go_on.wait(10), "nobody read the first event"
        self.wfile.write(b"0\r\n\r\n")


@contextmanager
def core_service() -> Iterator[CoreService]:
    """A running one."""
    service = CoreService()
    thread = threading.Thread(target=service.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield service
    finally:
        service.shutdown()
        service.server_close()
        thread.join()
