"""What the pages of one application share."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse

from applications.models import PartnerApplication
from partners.portal.access import PortalPage
from partners.portal.pages import ActionPage

MANAGE = "manage:applications"


class ApplicationPage(PortalPage):
    """A page about one application of the partner."""

    required_scope = MANAGE
    application: PartnerApplication

    def setup(self, request: HttpRequest, *args: Any, **kwargs: Any) -> None:
        """Remember which application is meant; it is read once the caller is known."""
        super().setup(request, *args, **kwargs)
        self.application_id: uuid.UUID = kwargs["pk"]

    def load(self) -> PartnerApplication:
        """The application; Http404 for one that is not the partner's."""
        visible = PartnerApplication.objects.visible_to(self.principal).filter(partner=self.partner)
        self.application = get_object_or_404(visible.select_related("live_version", "partner"), pk=self.application_id)
        return self.application

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Every page shows the application's header."""
        application = self.load()
        pending = application.pending_version
        return super().get_context_data(
            application=application,
            pending=pending,
            can_edit=application.is_editable and pending is None,
            can_submit=submittable(application),
            **kwargs,
        )


def submittable(application: PartnerApplication) -> bool:
    """Whether the submit button does anything."""
    if application.pending_version is not None:
        return False
    if application.is_live:
        return application.status != PartnerApplication.Status.DEPRECATED and application.has_unreviewed_changes()
    return application.is_editable


class ApplicationAction(ApplicationPage, ActionPage):
    """A button of the application's pages."""

    done = ""
    target = "application_detail"

    def act(self) -> None:
        """Call the service; raises DomainError."""
        raise NotImplementedError

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Act on the application of the path."""
        self.load()
        self.act()
        return self.done.format(name=self.application.app_name)

    def destination(self) -> str:
        """A page of the same application."""
        return reverse(self.target, args=[self.application.pk])
