"""What the pages of one endpoint share."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect

from common.errors import DomainError
from partners.portal.access import PortalPage
from webhooks.models import WebhookEndpoint
from webhooks.selectors import state_of

MANAGE = "manage:webhooks"


class EndpointPage(PortalPage):
    """A page about one endpoint of the partner."""

    required_scope = MANAGE
    endpoint: WebhookEndpoint

    def load(self) -> WebhookEndpoint:
        """The endpoint; Http404 for one that is not the partner's."""
        visible = WebhookEndpoint.objects.visible_to(self.principal).filter(partner=self.partner)
        self.endpoint = get_object_or_404(visible.select_related("integration__application"), pk=self.kwargs["pk"])
        return self.endpoint

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Every page shows the endpoint's header."""
        endpoint = self.load()
        return super().get_context_data(endpoint=endpoint, state=state_of(endpoint), **kwargs)


class EndpointAction(EndpointPage):
    """A button: calls one service, says what happened, goes back."""

    done = ""

    def act(self) -> None:
        """Call the service; raises DomainError."""
        raise NotImplementedError

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Act, or say why not."""
        self.load()
        try:
            self.act()
        except DomainError as refusal:
            messages.error(request, refusal.message)
        else:
            messages.success(request, self.done)
        return self.back()

    def back(self) -> HttpResponse:
        """Where to go next."""
        return redirect("webhook_detail", pk=self.endpoint.pk)
