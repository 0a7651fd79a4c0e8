"""What the pages of one endpoint share."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from partners.portal.access import PortalPage
from partners.portal.pages import ActionPage
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
        self.endpoint = get_object_or_404(
            visible.select_related("integration__application", "partner"), pk=self.kwargs["pk"]
        )
        return self.endpoint

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Every page shows the endpoint's header."""
        endpoint = self.load()
        return super().get_context_data(endpoint=endpoint, state=state_of(endpoint), **kwargs)


class EndpointAction(EndpointPage, ActionPage):
    """A button of the endpoint's pages."""

    done = ""

    def act(self) -> None:
        """Call the service; raises DomainError."""
        raise NotImplementedError

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Act on the endpoint of the path."""
        self.load()
        self.act()
        return self.done

    def destination(self) -> str:
        """The endpoint's page."""
        return reverse("webhook_detail", args=[self.endpoint.pk])
