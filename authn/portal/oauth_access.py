"""What the organization's people have let other applications do."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from authn.models import OAuthConsent
from authn.services.oauth_authorization import withdraw_consent
from common.errors import ForbiddenError
from common.scopes import SCOPES
from partners.portal.access import PortalPage


class GrantedAccess(PortalPage, TemplateView):
    """Every consent given for this organization."""

    template_name = "oauth/granted_access.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One card per consent, with its scopes in words and whether this person may take it back."""
        consents = OAuthConsent.objects.visible_to(self.principal).select_related(
            "user", "client__partner", "client__application"
        )
        governs = self.principal.has_scope("manage:partner")
        return super().get_context_data(
            consents=[
                {
                    "consent": consent,
                    "scopes": [(scope, SCOPES.get(scope, scope)) for scope in consent.scopes],
                    "can_withdraw": governs or consent.user_id == self.principal.user_id,
                }
                for consent in consents
            ],
            **kwargs,
        )


class WithdrawAccess(PortalPage):
    """The button that takes access back."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """End the consent and all its tokens."""
        consent = OAuthConsent.objects.visible_to(self.principal).filter(pk=kwargs["pk"]).first()
        if consent is None:
            raise Http404
        try:
            withdraw_consent(consent=consent, actor=self.principal)
        except ForbiddenError as error:
            raise PermissionDenied from error
        messages.success(request, "Access withdrawn.")
        return redirect("oauth_granted_access")
