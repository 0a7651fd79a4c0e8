"""What a raw credential turns out to be, and who knows how to find out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_address

from authn.metering import encode_caller
from common.principal import Principal

Network = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class Credential:
    """A usable key or token: who it stands for and within which bounds.

    `owner_id` is the partner (or service account) whose revocation epoch it lives under; `bucket_id` names its bucket,
    which a rotated key shares with its successor and the tokens of an OAuth client share.
    """

    principal: Principal
    owner_id: uuid.UUID
    bucket_id: uuid.UUID
    rate_limit: int
    allowed_networks: tuple[Network, ...] = ()
    expires_at: float | None = None  # seconds since 1970
    stopped_until: float = 0.0  # seconds since 1970: the partner's monthly quota is used up
    notices: tuple[tuple[str, str], ...] = ()  # headers on every answer, for an application that will stop
    caller: str = ""  # as it stands in the usage stream

    def __post_init__(self) -> None:
        principal = self.principal
        caller = encode_caller(principal.partner_id, principal.application_id, principal.credential_id)
        object.__setattr__(self, "caller", caller)

    def admits(self, address: Callable[[], str | None]) -> bool:
        """Whether a caller from `address()` may use it."""
        if not self.allowed_networks:
            return True
        text = address()
        if text is None:
            return False
        caller = ip_address(text)
        if (mapped := getattr(caller, "ipv4_mapped", None)) is not None:
            caller = mapped
        return any(caller in network for network in self.allowed_networks)

    def has_expired(self) -> bool:
        """Whether its time is over."""
        return self.expires_at is not None and self.expires_at <= time.time()

    def is_stopped(self) -> bool:
        """Whether the quota of its partner is used up."""
        return self.stopped_until > time.time()


# Reads the current truth from PostgreSQL: the credential if it may be used right now, else None.
Resolver = Callable[[str], Credential | None]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which raw credentials a resolver is for."""

    matches: Callable[[str], bool]
    resolve: Resolver


shapes: list[Shape] = []


def register_resolver(*, matches: Callable[[str], bool], resolve: Resolver) -> None:
    """Have `resolve` look up the credentials whose text `matches`; the first match wins, in order of registration."""
    shape = Shape(matches, resolve)
    if shape not in shapes:
        shapes.append(shape)


def resolve(raw: str) -> Credential | None:
    """The credential behind `raw`, read from PostgreSQL; None for one that is unknown, garbled or no longer usable."""
    for shape in shapes:
        if shape.matches(raw):
            return shape.resolve(raw)
    return None
