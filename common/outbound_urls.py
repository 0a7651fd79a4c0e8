"""Which URLs of partners the platform calls."""

from __future__ import annotations

import re
import socket
from collections.abc import Sequence
from urllib.parse import SplitResult, urlsplit

from common.addresses import Network, is_in, is_public, parse

MAX_LENGTH = 2000
PORTS = {"live": {"https": 443}, "test": {"https": 443, "http": 80}}
UNSAFE = re.compile(r"[^\x21-\x7e]|[\\<>\"`{}|^]")
HOST = re.compile(r"(?=.{1,253}$)(?!-)[a-z0-9_-]{1,63}(?:\.[a-z0-9_-]{1,63})*\.?", re.IGNORECASE)
LOCAL_NAMES = (".localhost", ".local", ".internal", ".localdomain", ".home.arpa")


class RefusedURLError(ValueError):
    """A URL the platform does not call; the message says why, to people."""


def split(url: str) -> SplitResult:
    """Parse `url` strictly; raises RefusedURLError."""
    if len(url) > MAX_LENGTH:
        raise RefusedURLError(f"The URL is longer than {MAX_LENGTH} characters.")
    if UNSAFE.search(url):
        raise RefusedURLError(
            "The URL holds a character that must be percent-encoded (or a host name not in Punycode)."
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise RefusedURLError("This is not a valid URL.") from None
    if parts.scheme not in {"http", "https"} or not host:
        raise RefusedURLError("The URL must be absolute and begin with https://.")
    if "@" in parts.netloc:
        raise RefusedURLError("The URL must not carry a user name or password.")
    if parts.fragment or url.endswith("#"):
        raise RefusedURLError("The URL must not carry a fragment.")
    if literal(host) is None and not HOST.fullmatch(host):
        raise RefusedURLError("The URL's host is not a valid host name.")
    return parts


def literal(host: str) -> str | None:
    """The address that `host` spells, in any form a resolver reads without asking (127.1, 0x7f000001, [::1])."""
    try:
        return str(parse(host))
    except ValueError:
        pass
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if re.fullmatch(r"[0-9a-fx.]+", host, re.IGNORECASE) else None
    except OSError:
        return None


def is_standard(parts: SplitResult, environment: str) -> bool:
    """Whether scheme and port are those of `environment`: https on 443, and http on 80 in test mode."""
    port = PORTS[environment].get(parts.scheme)
    return port is not None and parts.port in {None, port}


def resolves_into(host: str, networks: Sequence[Network]) -> bool:
    """Whether every address of `host` is in `networks`."""
    if not networks:
        return False
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM)
    except OSError:
        return False
    return bool(found) and all(is_in(parse(str(info[4][0])), networks) for info in found)


def check_url(url: str, *, environment: str, allowed_networks: Sequence[Network] = ()) -> None:
    """Raise RefusedURLError unless the platform may call `url`.

    Hosts inside `allowed_networks` may use plain http and any port. A name is checked again, by the address that is
    dialled, each time a connection is made: what it resolves to today says nothing about tomorrow.
    """
    parts = split(url)
    host = (parts.hostname or "").rstrip(".").lower()
    if host == "localhost" or host.endswith(".localhost"):
        raise RefusedURLError("The URL points to this machine by name; a receiver on it is named by its address.")
    if allowed_networks and resolves_into(host, allowed_networks):
        return
    if not is_standard(parts, environment):
        ports = "https on port 443" + (" or http on port 80" if environment == "test" else "")
        raise RefusedURLError(f"The URL must use {ports}.")
    address = literal(host)
    if (address is not None and not is_public(address)) or host.endswith(LOCAL_NAMES):
        raise RefusedURLError("The URL points to a private or local address.")
    if address is None and "." not in host:
        raise RefusedURLError("The URL's host must be a fully qualified name.")
