"""The address a request came from."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address

from django.conf import settings
from django.http import HttpRequest


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
    address = parse(request.META.get("REMOTE_ADDR", ""))
    hops = [parse(hop) for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    for hop in reversed(hops):
        if address is None or hop is None or not any(address in network for network in settings.TRUSTED_PROXIES):
            break
        address = hop
    return str(address) if address else None
