"""Which scopes a partner's people see events with. Apps above tell us, since applications hold what was approved."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from common.principal import Principal, PrincipalKind

Scopes = Mapping[str, frozenset[str]]  # by environment
PartnerScopes = Callable[[uuid.UUID], Scopes]

ENVIRONMENTS = ("live", "test")  # common.base.Environment; models load only after the apps that register here

sources: list[PartnerScopes] = []


def register_partner_scopes(source: PartnerScopes) -> None:
    """Let `source(partner_id)` say which scopes that partner's applications hold in each environment."""
    if source not in sources:
        sources.append(source)


def event_scopes(principal: Principal) -> dict[str, frozenset[str]]:
    """The scopes whose events the caller sees, by environment.

    A credential has its own, in its one environment. People see the sandbox beside live, each with what their partner's
    applications may do there besides what their role carries.
    """
    if principal.kind is not PrincipalKind.USER:
        return {principal.environment: principal.scopes}
    if principal.partner_id is None:
        return dict.fromkeys(ENVIRONMENTS, principal.scopes)
    granted = [source(principal.partner_id) for source in sources]
    return {
        environment: principal.scopes.union(*(scopes[environment] for scopes in granted))
        for environment in ENVIRONMENTS
    }
