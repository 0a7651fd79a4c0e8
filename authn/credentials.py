"""What a raw credential turns out to be, and who knows how to find out."""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable, Collection
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
    partner_rate_limit: int | None = None  # of everything that calls for the owner; None: no such limit
    allowed_networks: tuple[Network, ...] = ()
    expires_at: float | None = None  # seconds since 1970
    stopped_until: float = 0.0  # seconds since 1970: the partner's monthly quota is used up
    notices: tuple[tuple[str, str], ...] = ()  # headers on every answer, for an application that will stop
    caller: str = ""  # as it stands in the usage stream
    identity: tuple[tuple[str, str], ...] = ()  # headers that tell a service behind the gateway who calls

    def __post_init__(self) -> None:
        principal = self.principal
        caller = encode_caller(principal.partner_id, principal.application_id, principal.credential_id)
        identity = (
            ("X-Treaty-Partner", str(principal.partner_id or "")),
            ("X-Treaty-Application", str(principal.application_id or "")),
            ("X-Treaty-Scopes", " ".join(sorted(principal.scopes))),
            ("X-Treaty-Environment", principal.environment),
        )
        # Worked out once: they are needed with every call.
        object.__setattr__(self, "caller", caller)
        object.__setattr__(self, "identity", identity)

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


# What a raw credential is stored as; None for one that cannot be genuine.
StoredForm = Callable[[str], str | None]
# Reads the current truth from PostgreSQL: those of the stored forms that may be used right now.
Reader = Callable[[Collection[str]], dict[str, Credential]]


@dataclass(frozen=True, slots=True)
class Shape:
    """Which raw credentials a reader is for."""

    matches: Callable[[str], bool]
    stored_form: StoredForm
    read: Reader


@dataclass(frozen=True, slots=True)
class Location:
    """Where the truth about a credential is; holds nothing that would let its reader use it."""

    shape: Shape
    stored: str

    def read(self) -> Credential | None:
        """The credential as it is now; None for one that is unknown or no longer usable."""
        return self.shape.read([self.stored]).get(self.stored)

    @staticmethod
    def read_all(locations: Collection[Location]) -> dict[Location, Credential]:
        """Those that are usable now, in one query for each shape."""
        found: dict[Location, Credential] = {}
        for shape in {location.shape for location in locations}:
            stored = [location.stored for location in locations if location.shape is shape]
            found |= {Location(shape, form): credential for form, credential in shape.read(stored).items()}
        return found


shapes: list[Shape] = []


def register_resolver(*, matches: Callable[[str], bool], stored_form: StoredForm, read: Reader) -> None:
    """Have `read` look up the credentials whose text `matches`; the first match wins, in order of registration."""
    shape = Shape(matches, stored_form, read)
    if shape not in shapes:
        shapes.append(shape)


def locate(raw: str) -> Location | None:
    """Where to look for `raw`; None when it cannot be a credential."""
    for shape in shapes:
        if shape.matches(raw):
            stored = shape.stored_form(raw)
            return None if stored is None else Location(shape, stored)
    return None


def resolve(raw: str) -> Credential | None:
    """The credential behind `raw`, read from PostgreSQL; None for one that is unknown, garbled or no longer usable."""
    location = locate(raw)
    return None if location is None else location.read()
