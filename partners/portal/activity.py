"""Who changed what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.views.generic import TemplateView

from partners.audit import PAGE, AuditFilter, Place, csv_response, read_audit
from partners.portal.access import PortalPage
from partners.portal.pages import MANAGE


class ActivityPage(PortalPage, TemplateView):
    """The newest changes, page by page."""

    template_name = "partners/activity.html"
    required_scope = MANAGE
    read_scope = "read:analytics"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Changes older than those of the page before."""
        after = Place.read(self.request.GET.get("after", ""))
        entries = read_audit(AuditFilter(partner_id=self.partner.id, after=after), limit=PAGE + 1)
        older = str(entries[PAGE - 1].place) if len(entries) > PAGE else ""
        entries = entries[:PAGE]
        return super().get_context_data(entries=entries, older=older, **kwargs)


class ActivityExport(PortalPage):
    """The same as CSV, for owners."""

    read_scope = MANAGE

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """All of it."""
        return csv_response(AuditFilter(partner_id=self.partner.id), "activity.csv")
