"""The gate of every portal page."""

from __future__ import annotations

from typing import Any

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.views.generic.base import ContextMixin, View

from common.audit import note_principal
from common.principal import Principal
from partners.models import Partner, User
from partners.selectors import principal_of_member, session_member


class PortalPage(LoginRequiredMixin, ContextMixin, View):
    """A page of the portal: signed in, a member of a partner, and with `required_scope` for changes.

    Every member may look (GET); a POST needs the scope. `read_scope` closes a page to other roles altogether.
    """

    required_scope: str | None = None
    read_scope: str | None = None
    principal: Principal
    partner: Partner

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        """Resolve who acts for which partner before anything else runs."""
        if not isinstance(request.user, User):
            return self.handle_no_permission()
        member = session_member(request)
        if member is None:
            return redirect("admin:index" if request.user.is_staff else "portal_no_partner")
        self.principal, self.partner = principal_of_member(member), member.partner
        note_principal(self.principal)
        needed = self.read_scope if request.method in {"GET", "HEAD"} else self.required_scope
        if needed is not None and not self.principal.has_scope(needed):
            raise PermissionDenied
        return super().dispatch(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The shell needs the principal, the partner, and whether this role may change things here."""
        can_change = self.required_scope is None or self.principal.has_scope(self.required_scope)
        return super().get_context_data(principal=self.principal, partner=self.partner, can_change=can_change, **kwargs)
