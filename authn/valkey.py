"""Valkey on the request path: one plain socket per thread, short deadlines, and a pause after a failure.

redis-py connects (address, TLS, password, database); what goes over the socket afterwards is sent and read here, since
every request does it and the library's own way costs more than the exchange itself.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import time
from functools import lru_cache
from hashlib import sha1
from typing import Any, cast

import hiredis
from django.conf import settings
from hiredis import pack_command
from redis.connection import ConnectionPool
from redis.exceptions import NoScriptError, RedisError, ResponseError

TIMEOUT_SECONDS = 0.5
# How long a process goes without Valkey before it tries again: a dead host must not cost every request a timeout.
PAUSE_SECONDS = 1.0
READ_BYTES = 65536

Argument = bytes | str | int | float


class ValkeyAway(Exception):  # noqa: N818 (a state of the world, handled everywhere, not a bug)
    """Valkey did not answer, or is being left alone for a moment."""


class Script:
    """A Lua script, sent by its digest."""

    def __init__(self, source: str) -> None:
        self.source = source
        self.digest = sha1(source.encode(), usedforsecurity=False).hexdigest()  # the protocol's own name for a script

    def call(self, keys: list[str], *arguments: Argument) -> bytes:
        """A packed call of the script."""
        return pack("EVALSHA", self.digest, len(keys), *keys, *arguments)

    def call_but_last(self, keys: list[str], *arguments: Argument) -> bytes:
        """A packed call that lacks its last argument, which `with_last` adds."""
        packed = self.call(keys, *arguments)
        _, _, body = packed.partition(b"\r\n")
        return b"*%d\r\n%b" % (4 + len(keys) + len(arguments), body)


def with_last(call: bytes, argument: bytes) -> bytes:
    """The call, complete."""
    return b"%b$%d\r\n%b\r\n" % (call, len(argument), argument)


local = threading.local()


class Outage:
    """When this process last failed to reach Valkey."""

    until = 0.0


@lru_cache(maxsize=1)
def pool() -> ConnectionPool:
    """Knows how to connect: host or socket, TLS, password, database."""
    return ConnectionPool.from_url(
        settings.REDIS_URL,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        protocol=2,
        retry=None,
    )


class Link:
    """A connected socket and the reader of its answers."""

    def __init__(self) -> None:
        """Connect; raises RedisError and OSError."""
        self.opened = cast("Any", pool().make_connection())
        self.opened.connect()
        self.socket: socket.socket = self.opened._sock  # noqa: SLF001 (redis-py connects, and has no name for it)
        self.reader = hiredis.Reader()
        if not isinstance(self.socket, ssl.SSLSocket):
            # The kernel keeps the deadline: Python's own timeout polls before every call.
            self.socket.settimeout(None)
            deadline = struct.pack("ll", int(TIMEOUT_SECONDS), int(TIMEOUT_SECONDS % 1 * 1e6))
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, deadline)
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_SNDTIMEO, deadline)

    def exchange(self, packed: bytes) -> Any:
        """Send a packed command and read its raw answer; raises OSError, RedisError, hiredis.HiredisError."""
        self.socket.sendall(packed)
        reader = self.reader
        while True:
            received = self.socket.recv(READ_BYTES)
            if not received:
                raise ConnectionError("Valkey closed the connection.")
            reader.feed(received)
            answer = reader.gets()
            if answer is not False:
                break
        if isinstance(answer, hiredis.ReplyError):
            text = str(answer)
            raise (NoScriptError if text.startswith("NOSCRIPT") else ResponseError)(text)
        return answer

    def close(self) -> None:
        """Hang up."""
        self.opened.disconnect()


def command(*arguments: Argument, patient: bool = False) -> Any:
    """Send one command, which must be harmless to repeat, and return its raw answer; raises ValkeyAway."""
    return send(pack(*arguments), patient=patient)


def pack(*arguments: Argument) -> bytes:
    """A command as it goes over the wire: what is sent often is packed once."""
    packed: bytes = pack_command(arguments)  # type: ignore[arg-type]  # (its stub asks for a tuple of one)
    return packed


def send(packed: bytes, *, patient: bool = False) -> Any:
    """Send a packed command and return its raw answer; raises ValkeyAway.

    A patient caller tries even when Valkey failed a moment ago, and not only once.
    """
    if not patient and Outage.until > time.monotonic():
        raise ValkeyAway("Valkey failed a moment ago.")
    # A connection that idled through a restart of Valkey is dead before the command is sent: once more, anew.
    attempts = 3 if patient else 1 + (getattr(local, "link", None) is not None)
    for attempt in range(attempts):
        try:
            return exchange(packed)
        except NoScriptError:
            raise
        except (RedisError, OSError, hiredis.HiredisError) as error:
            if attempt + 1 == attempts:
                Outage.until = time.monotonic() + PAUSE_SECONDS
                raise ValkeyAway(f"{type(error).__name__}: {error}") from error
    raise ValkeyAway("No attempt was made.")


def exchange(packed: bytes) -> Any:
    """One round trip on this thread's connection."""
    link: Link | None = getattr(local, "link", None)
    if link is None:
        link = local.link = Link()
    try:
        return link.exchange(packed)
    except NoScriptError:
        raise
    except BaseException:
        local.link = None
        link.close()
        raise


def run(script: Script, packed: bytes) -> Any:
    """Run a packed call of a script, loading it when Valkey does not know it yet (a new or restarted server)."""
    try:
        return send(packed)
    except NoScriptError:
        command("SCRIPT", "LOAD", script.source)
        return send(packed)
