"""A small HTTP load client on plain sockets: it has to be cheaper than what it measures, and installed nowhere."""

from __future__ import annotations

import selectors
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass, field


@dataclass
class Result:
    """What a run saw."""

    seconds: float = 0.0
    statuses: dict[int, int] = field(default_factory=dict)
    latencies: list[float] = field(default_factory=list)

    @property
    def requests(self) -> int:
        return sum(self.statuses.values())

    @property
    def per_second(self) -> float:
        return self.requests / self.seconds

    def percentile_ms(self, share: float) -> float:
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1000


def get_request(path: str, headers: dict[str, str]) -> bytes:
    lines = [f"GET {path} HTTP/1.1", "Host: 127.0.0.1", *(f"{name}: {value}" for name, value in headers.items())]
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


class Connection:
    """One keep-alive connection with one request under way."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.sent_at = 0.0

    def send(self, request: bytes) -> None:
        self.sent_at = time.perf_counter()
        self.socket.sendall(request)

    def receive(self) -> int | None:
        """The status once the answer is complete."""
        piece = self.socket.recv(65536)
        if not piece:
            raise ConnectionError("the server closed the connection")
        self.buffer += piece
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator:
            return None
        names = head.lower()
        start = names.find(b"\r\ncontent-length:")
        if start >= 0:
            complete = len(body) >= int(head[start + 17 :].split(b"\r\n", 1)[0])
        else:
            complete = b"\r\ntransfer-encoding: chunked" not in names or body.endswith(b"0\r\n\r\n")
        if not complete:
            return None
        self.buffer = b""
        return int(head[9:12])


def run_load(port: int, requests: Sequence[bytes], *, seconds: float, connections: int) -> Result:
    """Send `requests` in turn, round and round, over `connections` connections for `seconds`."""
    selector = selectors.DefaultSelector()
    result = Result()
    turn = 0
    under_way = 0
    for _ in range(connections):
        connection = Connection(port)
        selector.register(connection.socket, selectors.EVENT_READ, connection)
        connection.send(requests[turn % len(requests)])
        turn += 1
        under_way += 1
    started = time.perf_counter()
    deadline = started + seconds
    while under_way:
        for key, _ in selector.select(timeout=10):
            connection = key.data
            status = connection.receive()
            if status is None:
                continue
            now = time.perf_counter()
            result.statuses[status] = result.statuses.get(status, 0) + 1
            result.latencies.append(now - connection.sent_at)
            if now < deadline:
                connection.send(requests[turn % len(requests)])
                turn += 1
            else:
                under_way -= 1
                selector.unregister(connection.socket)
                connection.socket.close()
    result.seconds = time.perf_counter() - started
    selector.close()
    return result
