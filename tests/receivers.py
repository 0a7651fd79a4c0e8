"""Real HTTP receivers on loopback, well-behaved and hostile."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field
from typing import BinaryIO


@dataclass
class Received:
    """One request a receiver got."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes


Answer = Callable[[socket.socket, Received], bool]  # True keeps the connection


def reply(status: int = 200, body: bytes = b"", **headers: str) -> Answer:
    """Answer `status` and keep the connection."""
    lines = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    head = f"HTTP/1.1 {status} Status\r\nContent-Length: {len(body)}\r\n{lines}\r\n".encode()

    def answer(connection: socket.socket, request: Received) -> bool:
        connection.sendall(head + body)
        return True

    return answer


def hang(connection: socket.socket, request: Received) -> bool:
    """Never answer."""
    connection.settimeout(60)
    return bool(connection.recv(1))


def reset(connection: socket.socket, request: Received) -> bool:
    """Answer with a TCP reset."""
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, b"\x01\x00\x00\x00\x00\x00\x00\x00")
    return False


def close(connection: socket.socket, request: Received) -> bool:
    """Close without a word."""
    return False


def drip(connection: socket.socket, request: Received) -> bool:
    """Answer at once, then send the body a byte at a time, for ever."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.05)


def flood(connection: socket.socket, request: Received) -> bool:
    """Answer with a body of a gigabyte."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1073741824\r\n\r\n")
    while True:
        connection.sendall(b"y" * 65536)


def header_flood(connection: socket.socket, request: Received) -> bool:
    """Answer with headers without end."""
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while True:
        connection.sendall(b"X-Filler: " + b"z" * 4096 + b"\r\n")


@dataclass
class Receiver:
    """A server on a free port of 127.0.0.1; `answer` may be changed while it runs."""

    answer: Answer = field(default_factory=reply)
    context: ssl.SSLContext | None = None
    requests: list[Received] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.arrived = threading.Condition()
        self.server = socket.create_server(("127.0.0.1", 0), backlog=512)
        self.open: set[socket.socket] = set()
        self.connections = 0
        self.port = int(self.server.getsockname()[1])
        threading.Thread(target=self.accept, daemon=True).start()

    @property
    def url(self) -> str:
        """Its address."""
        return f"{'https' if self.context else 'http'}://127.0.0.1:{self.port}/hook"

    def accept(self) -> None:
        """Serve each connection in a thread."""
        while True:
            try:
                connection, _ = self.server.accept()
            except OSError:
                return
            self.connections += 1
            self.open.add(connection)
            threading.Thread(target=self.serve, args=(connection,), daemon=True).start()

    def serve(self, connection: socket.socket) -> None:
        """Answer requests until the connection ends."""
        try:
            if self.context:
                connection = self.context.wrap_socket(connection, server_side=True)
            with connection, connection.makefile("rb") as stream:
                while (request := self.read(stream)) is not None:
                    with self.arrived:
                        self.requests.append(request)
                        self.arrived.notify_all()
                    if not self.answer(connection, request):
                        return
        except (OSError, ValueError):
            return
        finally:
            self.open.discard(connection)
            connection.close()

    @staticmethod
    def read(stream: BinaryIO) -> Received | None:
        """One request, or None at the end."""
        first = stream.readline()
        if not first:
            return None
        method, path, _ = first.decode().split(" ", 2)
        headers = {}
        while (line := stream.readline().decode("latin-1").rstrip("\r\n")) != "":
            name, _, value = line.partition(":")
            headers[name.lower()] = value.strip()
        return Received(method, path, headers, stream.read(int(headers.get("content-length", 0))))

    def wait(self, count: int, timeout: float = 10.0) -> list[Received]:
        """The first `count` requests; fails the test when they do not come."""
        with self.arrived:
            assert self.arrived.wait_for(lambda: len(self.requests) >= count, timeout), (
                f"{len(self.requests)} of {count} requests came"
            )
            return self.requests[:]

    def stop(self) -> None:
        """Stop listening and drop every connection."""
        with suppress(OSError):
            self.server.shutdown(socket.SHUT_RDWR)  # close alone does not end an accept in progress
        self.server.close()
        for connection in list(self.open):
            connection.close()
