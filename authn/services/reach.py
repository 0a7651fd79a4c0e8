"""How far a caller that is itself a credential may reach: it gets hold of none that can do more than it can."""

from __future__ import annotations

from collections.abc import Iterable

from common.base import Environment
from common.errors import ForbiddenError
from common.principal import Principal, PrincipalKind


def is_credential(actor: Principal) -> bool:
    """Whether the caller's own scopes bound what it may hand out; people and `admin` are bound by other rules."""
    return actor.kind in {PrincipalKind.API_KEY, PrincipalKind.OAUTH} and not actor.is_admin


def check_sandbox(environment: str, actor: Principal) -> None:
    """What is of the sandbox stays there; raises ForbiddenError."""
    if actor.environment == Environment.TEST and environment != Environment.TEST:
        raise ForbiddenError("test_credential", "A test credential can only make, change and stop test credentials.")


def check_within(scopes: Iterable[str], actor: Principal) -> None:
    """A credential needs every one of `scopes` itself; raises ForbiddenError."""
    if is_credential(actor) and (beyond := sorted(set(scopes) - actor.scopes)):
        raise ForbiddenError("scope_exceeds_credential", f"Your own credential lacks {', '.join(beyond)}.")
