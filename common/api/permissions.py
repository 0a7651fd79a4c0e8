"""Scopes, roles, and permissions of staff. Tenancy is in the querysets: another tenant's object is simply absent."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_permission_codename
from rest_framework.exceptions import MethodNotAllowed
from rest_framework.permissions import SAFE_METHODS, BasePermission

from common.api.problems import InsufficientScope, MissingPermission
from common.principal import Principal, PrincipalKind

Requirement = str | tuple[str, ...] | None
VERBS = {"create": "add", "destroy": "delete"}


def requirement(view: Any, action: str) -> Requirement:
    """What `view` asks for `action`: a scope, `staff`, `service`, several of which one is enough, or None."""
    scopes: dict[str, Requirement] = getattr(view, "required_scopes", {})
    return scopes.get(action, scopes.get("*", "staff"))


def staff_permission(view: Any, action: str, *, reads: bool) -> str | None:
    """The Django permission that staff need for `action`, the one the admin asks for: None if any of them may.

    A view names those that differ from what the action does to the rows it shows: view, add, delete, else change.
    """
    named: dict[str, str | None] = view.staff_permissions
    if action in named:
        return named[action]
    meta = view.queryset.model._meta
    return f"{meta.app_label}.{get_permission_codename('view' if reads else VERBS.get(action, 'change'), meta)}"


def is_met(option: str, principal: Principal, *, reads: bool) -> bool:
    """Whether `principal` is that kind of caller, carries that scope, or only reads what the portal shows every member.

    Every role may look at what it takes a manage scope to change; data with a read scope of their own need that scope.
    """
    if option == "staff":
        return principal.is_admin
    if option == "service":
        return principal.is_service
    return principal.has_scope(option) or (
        reads and option.startswith("manage:") and principal.kind is PrincipalKind.USER and principal.role is not None
    )


def check_staff(principal: Principal, permission: str | None) -> bool:
    """Raises MissingPermission."""
    if permission is not None and not principal.has_permission(permission):
        raise MissingPermission(permission)
    return True


class HasScope(BasePermission):
    """Holds a view to its `required_scopes`: action (or HTTP method) -> scope, with `*` as the rest.

    A view that names no scope for an action refuses it: nothing is open by omission. The value None means any
    authenticated caller; `staff` and `service` name those kinds of caller; a tuple lists what is enough each. Staff
    carry every scope, but do only what their permissions allow.
    """

    def has_permission(self, request: Any, view: Any) -> bool:
        """Raises InsufficientScope or MissingPermission, naming what is missing; False (401) without a principal."""
        principal: Principal | None = request.auth
        if principal is None:
            return False
        asked = request._request.method  # what DRF's wrapper has only by asking it
        method = asked.lower()
        if method not in view.http_method_names or not hasattr(view, method):
            raise MethodNotAllowed(asked)
        action = getattr(view, "action", None) or method
        if action in {"metadata", "options"}:
            return True
        reads = asked in SAFE_METHODS
        if principal.kind is PrincipalKind.STAFF:
            return check_staff(principal, staff_permission(view, action, reads=reads))
        needed = requirement(view, action)
        if needed is None:
            return True
        options = (needed,) if isinstance(needed, str) else needed
        for option in options:
            if is_met(option, principal, reads=reads):
                return True
        raise InsufficientScope("admin" if options[0] == "staff" else options[0])
