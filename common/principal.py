"""Who is calling: one frozen value that permissions, querysets, throttles, audit and metering read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum

NOBODY = uuid.UUID(int=0)


class PrincipalKind(StrEnum):
    """How the caller proved who they are."""

    USER = "user"
    API_KEY = "api_key"
    OAUTH = "oauth"
    STAFF = "staff"
    SERVICE = "service"
    SYSTEM = "system"


class Role(StrEnum):
    """What a member may do for their partner."""

    OWNER = "owner"
    DEVELOPER = "developer"
    BILLING = "billing"
    VIEWER = "viewer"


@dataclass(frozen=True, slots=True)
class Principal:
    """The caller of a request, a portal session, a command or an actor."""

    kind: PrincipalKind
    partner_id: uuid.UUID | None = None
    application_id: uuid.UUID | None = None
    user_id: uuid.UUID | None = None
    credential_id: uuid.UUID | None = None
    scopes: frozenset[str] = field(default_factory=frozenset)
    environment: str = "live"
    tier: str = "basic"
    role: Role | None = None
    label: str = ""
    api_version: str = ""  # what its application is pinned to; empty: the current one

    @property
    def tenant_id(self) -> uuid.UUID:
        """The partner whose rows the caller sees; the nil UUID, which owns nothing, for a caller without one."""
        return self.partner_id or NOBODY

    @property
    def is_admin(self) -> bool:
        """Sees and changes every partner's objects: staff, the platform itself, or a key that staff granted `admin`."""
        return self.kind in {PrincipalKind.STAFF, PrincipalKind.SYSTEM} or "admin" in self.scopes

    @property
    def is_service(self) -> bool:
        """The insurer's core platform, or someone who may act for it."""
        return self.kind is PrincipalKind.SERVICE or self.is_admin

    def has_scope(self, scope: str) -> bool:
        """Whether the credential or role carries `scope`; admins carry every scope."""
        return self.is_admin or scope in self.scopes


SYSTEM = Principal(kind=PrincipalKind.SYSTEM, label="system")
