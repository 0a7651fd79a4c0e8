"""Which addresses the platform dials when a partner names the host."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network

Network = IPv4Network | IPv6Network
Address = IPv4Address | IPv6Address

# `ipaddress.is_global` is not enough: it calls 224.0.0.1, 64:ff9b::a9fe:a9fe and 2002:a9fe:a9fe::1 global.
DENIED: tuple[Network, ...] = tuple(
    ip_network(text)
    for text in (
        *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
        *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
        *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
        # Of IPv6, 2000::/3 alone is routed; the rest translates to IPv4 (::ffff:0:0:0/96, 64:ff9b::/96) or is local.
        *("::/3", "4000::/2", "8000::/1", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
    )
)


def parse(text: str) -> Address:
    """The address, without a zone, an IPv4 address mapped into IPv6 unwrapped. Raises ValueError."""
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def is_in(address: Address, networks: Iterable[Network]) -> bool:
    """Whether one of `networks` holds `address`."""
    return any(address.version == network.version and address in network for network in networks)


@lru_cache(maxsize=4096)
def is_public(text: str) -> bool:
    """Whether `text` is an address on the public internet; False for anything that is not an address."""
    try:
        return not is_in(parse(text), DENIED)
    except ValueError:
        return False
