"""Who an event can be addressed to, and which scopes a partner's people see events with. Apps above tell us."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

from common.principal import Principal, PrincipalKind

Scopes = Mapping[str, frozenset[str]]  # by environment
PartnerScopes = Callable[[uuid.UUID], Scopes]

ENVIRONMENTS = ("live", "test")  # common.base.Environment; models load only after the apps that register here

sources: list[PartnerScopes] = []


directories: list[Callable[[uuid.UUID], bool]] = []


def register_addressees(knows: Callable[[uuid.UUID], bool]) -> None:
    """Let `knows(partner_id)` say whether there is such a partner."""
    if knows not in directories:
        directories.append(knows)


def is_addressee(partner_id: uuid.UUID) -> bool:
    """Whether an event for that partner can reach anybody."""
    return any(knows(partner_id) for knows in directories)


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
