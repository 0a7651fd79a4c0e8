"""Scopes and roles. Tenancy is not here: it is in the querysets, so another tenant's object is simply absent."""

from __future__ import annotations

from typing import Any

from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from common.api.problems import InsufficientScope
from common.principal import Principal, PrincipalKind


def required_scope(view: Any, action: str) -> str | None:
    """What `view` asks for `action`: a scope, `staff`, `service`, or None for any authenticated caller."""
    scopes: dict[str, str | None] = getattr(view, "required_scopes", {})
    return scopes.get(action, scopes.get("*", "staff"))


class HasScope(BasePermission):
    """Holds a view to its `required_scopes`: action (or HTTP method) -> scope, with `*` as the rest.

    A view that names no scope for an action refuses it: nothing is open by omission. The value None means any
    authenticated caller; `staff` and `service` name those kinds of caller.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        """Raises InsufficientScope naming what is missing; False (401) without a principal."""
        principal: Principal | None = request.auth
        if principal is None:
            return False
        if request.method.lower() not in view_methods(view):
            raise MethodNotAllowed(request.method)
        action = getattr(view, "action", None) or request.method.lower()
        if action in {"metadata", "options"}:
            return True
        missing = required_scope(view, action)
        if missing is None:
            return True
        if missing == "staff":
            allowed = principal.is_admin
        elif missing == "service":
            allowed = principal.is_service
        else:
            reads_own = (
                request.method in SAFE_METHODS and principal.kind is PrincipalKind.USER and principal.role is not None
            )
            allowed = reads_own or principal.has_scope(missing)
        if not allowed:
            raise InsufficientScope("admin" if missing == "staff" else missing)
        return True


def view_methods(view: Any) -> set[str]:
    """The HTTP methods the view answers, in lower case."""
    return {method for method in view.http_method_names if hasattr(view, method)}
