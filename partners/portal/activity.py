"""Who changed what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, StreamingHttpResponse
from django.utils.dateparse import parse_datetime
from django.views.generic import TemplateView

from partners.audit import PAGE, AuditFilter, csv_response, read_audit
from partners.portal.access import PortalPage
from partners.portal.pages import MANAGE


class ActivityPage(PortalPage, TemplateView):
    """The newest changes, page by page."""

    template_name = "partners/activity.html"
    required_scope = MANAGE
    read_scope = "read:analytics"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Changes before the moment of the query."""
        try:
            before = parse_datetime(self.request.GET.get("before", ""))
        except ValueError:
            before = None
        if before is not None and before.tzinfo is None:
            before = None
        entries = read_audit(AuditFilter(partner_id=self.partner.id, before=before))
        older = entries[-1].at.isoformat() if len(entries) >= PAGE else ""
        return super().get_context_data(entries=entries, older=older, **kwargs)


class ActivityExport(PortalPage):
    """The same as CSV, for owners."""

    read_scope = MANAGE

    def get(self, request: HttpRequest) -> StreamingHttpResponse:
        """All of it."""
        return csv_response(AuditFilter(partner_id=self.partner.id), "activity.csv")
