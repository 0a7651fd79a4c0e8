"""The address a request came from."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Network = IPv4Network | IPv6Network


def parse(text: str) -> IPv4Address | IPv6Address | None:
    """An address, or None for anything else."""
    try:
        return ip_address(text.strip())
    except ValueError:
        return None


def client_ip(request: HttpRequest) -> str | None:
    """The peer, or the right-most hop of `X-Forwarded-For` that is not a trusted proxy.

    The header is believed only as far as TRUSTED_PROXIES wrote it: anything further left is the client's own claim.
    """
    return address_in(request.META)


def address_in(meta: Mapping[str, Any]) -> str | None:
    """The same, of a WSGI environ."""
    trusted = tuple(settings.TRUSTED_PROXIES)
    return address_behind(meta.get("REMOTE_ADDR", ""), meta.get("HTTP_X_FORWARDED_FOR", ""), trusted)


@lru_cache(maxsize=1024)
def address_behind(peer: str, forwarded: str, trusted: tuple[Network, ...]) -> str | None:
    """The same, of the peer's address and the header; the same few come again and again."""
    address = parse(peer)
    for hop in reversed([parse(hop) for hop in forwarded.split(",")]):
        if address is None or hop is None or not any(address in network for network in trusted):
            break
        address = hop
    return str(address) if address else None
