"""The home page, and choosing which partner one acts for."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST
from django.views.generic import TemplateView

from common.portal import Attention, HomePanel, portal
from partners.models import User
from partners.portal.access import PortalPage
from partners.selectors import SESSION_PARTNER, session_member

LEVELS = ("danger", "warning", "info")


class HomePage(PortalPage, TemplateView):
    """What needs attention, then the panels the apps registered."""

    template_name = "portal/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Ask every app, the most urgent first."""
        attention: list[Attention] = [item for source in portal.attention for item in source(self.principal)]
        attention.sort(key=lambda item: LEVELS.index(item.level))
        panels: list[HomePanel] = sorted(portal.panels, key=lambda panel: panel.order)
        return super().get_context_data(
            attention=attention,
            panels=[
                {"template": panel.template, "wide": panel.wide, **panel.context(self.principal)} for panel in panels
            ],
            **kwargs,
        )


@require_POST
@login_required
def switch_partner(request: HttpRequest) -> HttpResponse:
    """Act for another of one's partners from now on."""
    assert isinstance(request.user, User)  # noqa: S101 (login_required; narrows the type)
    try:
        partner_id = uuid.UUID(request.POST.get("partner", ""))
    except ValueError as error:
        raise Http404 from error
    if not request.user.memberships.filter(partner_id=partner_id).exists():
        raise Http404
    request.session[SESSION_PARTNER] = str(partner_id)
    return redirect("portal_home")


@login_required
def no_partner(request: HttpRequest) -> HttpResponse:
    """Signed in, but a member of nothing."""
    if session_member(request) is not None:
        return redirect("portal_home")
    return render(request, "portal/no_partner.html")
