"""What is noticed of callers as they call, kept in Valkey for two hours: who failed, and where keys are used from.

Every process remembers what it has told already, so a key that calls from where it always does costs nothing.
"""

from __future__ import annotations

import time
import uuid
from threading import Lock
from typing import Any

from django.http import HttpRequest

from authn import valkey
from authn.keys import is_key
from authn.throttle import network_of
from common.client_ip import client_ip
from common.machine import bearer_credential

KEPT_SECONDS = 7200
HOUR = 3600
MAX_REMEMBERED = 50_000
FAILED_NETWORKS = "treaty:failed:networks"
FAILED_PREFIXES = "treaty:failed:prefixes"
USED_KEYS = "treaty:used:keys"


def current_hour() -> int:
    """The number of the hour since 1970."""
    return int(time.time()) // HOUR


class Told:
    """What this process has told of in this hour."""

    hour = 0
    seen: set[tuple[Any, ...]] = set()
    lock = Lock()


def note_failure(request: HttpRequest) -> None:
    """Count a bad credential for its network, and for the prefix it shares with a key."""
    hour, raw = current_hour(), bearer_credential(request)
    try:
        add(f"{FAILED_NETWORKS}:{hour}", network_of(client_ip(request)) or "unknown")
        if is_key(raw) and len(raw) >= 8 and raw[:8].isascii() and raw[:8].isprintable():
            add(f"{FAILED_PREFIXES}:{hour}", raw[:8])
    except valkey.ValkeyAway:
        return


def add(key: str, member: str) -> None:
    """One more of `member` in a sorted set of this hour."""
    valkey.command("ZINCRBY", key, 1, member)
    valkey.command("EXPIRE", key, KEPT_SECONDS)


def note_use(request: HttpRequest, credential_id: uuid.UUID) -> None:
    """Remember that a credential is used from this network."""
    where = (credential_id, request.META.get("REMOTE_ADDR"), request.META.get("HTTP_X_FORWARDED_FOR"))
    if where in Told.seen and Told.hour == current_hour():
        return
    hour = current_hour()
    with Told.lock:
        if Told.hour != hour or len(Told.seen) > MAX_REMEMBERED:
            Told.hour, Told.seen = hour, set()
        Told.seen.add(where)
    try:
        networks = f"treaty:used:{credential_id.hex}:{hour}"
        valkey.command("SADD", networks, network_of(client_ip(request)) or "unknown")
        valkey.command("EXPIRE", networks, KEPT_SECONDS)
        valkey.command("SADD", f"{USED_KEYS}:{hour}", credential_id.hex)
        valkey.command("EXPIRE", f"{USED_KEYS}:{hour}", KEPT_SECONDS)
    except valkey.ValkeyAway:
        Told.seen.discard(where)


def failures(kind: str, *, at_least: int, hour: int | None = None) -> dict[str, int]:
    """Networks or prefixes with as many failures in an hour, by default the current one; raises ValkeyAway."""
    raw = valkey.command("ZRANGEBYSCORE", f"{kind}:{hour or current_hour()}", at_least, "+inf", "WITHSCORES")
    return {raw[place].decode(): int(float(raw[place + 1])) for place in range(0, len(raw), 2)}


def networks_of_keys(*, at_least: int) -> dict[uuid.UUID, list[str]]:
    """The credentials that were used from as many networks in the current hour, and which; raises ValkeyAway."""
    hour = current_hour()
    found = {}
    for member in valkey.command("SMEMBERS", f"{USED_KEYS}:{hour}"):
        key = f"treaty:used:{member.decode()}:{hour}"
        if valkey.command("SCARD", key) >= at_least:
            found[uuid.UUID(member.decode())] = sorted(row.decode() for row in valkey.command("SMEMBERS", key))
    return found
