"""Who may read a partner's account data."""

from __future__ import annotations

from typing import Any

from common.api.permissions import HasScope, requirement
from common.api.problems import InsufficientScope
from common.principal import Principal, PrincipalKind

CREDENTIALS = {PrincipalKind.API_KEY, PrincipalKind.OAUTH}


class ReadsAccount(HasScope):
    """A member reads their partner's account by role; a key or token needs some `manage:` scope where none is named."""

    def has_permission(self, request: Any, view: Any) -> bool:
        """As HasScope, and more for credentials that carry no role."""
        if not super().has_permission(request, view):
            return False
        if requirement(view, view.action) is not None:
            return True
        principal: Principal = request.auth
        manages = principal.is_admin or any(scope.startswith("manage:") for scope in principal.scopes)
        if principal.kind in CREDENTIALS and not manages:
            raise InsufficientScope("manage:applications")
        return True
