"""Who is calling: one frozen value that permissions, querysets, throttles, audit and metering read."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from enum import StrEnum

NOBODY = uuid.UUID(int=0)
EVERY_PERMISSION = frozenset({"*"})


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
    permissions: frozenset[str] = field(default_factory=frozenset)  # Django's, of staff: `partners.change_partner`
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
        """Sees and changes every partner's objects: the platform itself, a key that staff granted `admin`, and staff.

        The doors ask staff for a permission first: see `has_permission`.
        """
        return self.kind in {PrincipalKind.STAFF, PrincipalKind.SYSTEM} or "admin" in self.scopes

    @property
    def is_service(self) -> bool:
        """The insurer's core platform, or someone who may act for it."""
        return self.kind is PrincipalKind.SERVICE or self.is_admin

    def has_scope(self, scope: str) -> bool:
        """Whether the credential or role carries `scope`; admins carry every scope."""
        return self.is_admin or scope in self.scopes

    @property
    def is_superuser(self) -> bool:
        """Staff from whom nothing is withheld."""
        return self.kind is PrincipalKind.STAFF and self.permissions == EVERY_PERMISSION

    def has_permission(self, permission: str) -> bool:
        """Whether staff have this permission of Django's; as in the admin, who may change something may see it.

        Nobody else is asked for one: what a credential may do is its scopes, what a member may do is their role.
        """
        if self.kind is not PrincipalKind.STAFF or self.is_superuser:
            return True
        return permission in self.permissions or permission.replace(".view_", ".change_") in self.permissions


SYSTEM = Principal(kind=PrincipalKind.SYSTEM, label="system")
