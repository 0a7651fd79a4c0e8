"""Which scopes a partner's people see events with. Apps above tell us, since applications hold what was approved."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from common.principal import Principal, PrincipalKind

PartnerScopes = Callable[[uuid.UUID], frozenset[str]]

sources: list[PartnerScopes] = []


def register_partner_scopes(source: PartnerScopes) -> None:
    """Let `source(partner_id)` say which scopes that partner's applications hold."""
    if source not in sources:
        sources.append(source)


def event_scopes(principal: Principal) -> frozenset[str]:
    """The scopes whose events the caller sees: a credential's own; for a person, also those of the applications."""
    if principal.kind is not PrincipalKind.USER or principal.partner_id is None:
        return principal.scopes
    return principal.scopes.union(*(source(principal.partner_id) for source in sources))
