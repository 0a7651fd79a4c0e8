"""Buckets for callers who have no credential that could carry one: by network address."""

from __future__ import annotations

import hashlib
from ipaddress import IPv6Address, ip_address, ip_network

from authn.limits import ANY_EPOCH, TAKE, Take, local_buckets, take_shared
from authn.valkey import ValkeyAway

HOST_BITS = 64


def take_token(kind: str, identity: str, capacity: int) -> Take:
    """Take one of the `capacity` tokens that refill in an hour; from this process' own bucket while Valkey is away."""
    tag = hashlib.sha256(f"{kind}:{identity}".encode()).hexdigest()[:32]
    keys = [f"treaty:{{caller:{tag}}}:epoch", f"treaty:{{caller:{tag}}}:bucket"]
    try:
        _, take = take_shared(TAKE.call(keys, ANY_EPOCH, capacity))
    except ValkeyAway:
        take = None
    return local_buckets.take(keys[1:], [capacity]) if take is None else take


def network_of(address: str | None) -> str:
    """What shares a bucket: an IPv4 address, or the /64 that one subscriber of IPv6 has to choose from."""
    if address is None:
        return ""
    parsed = ip_address(address)
    if not isinstance(parsed, IPv6Address):
        return address
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ip_network((int(parsed) >> HOST_BITS << HOST_BITS, HOST_BITS)))
