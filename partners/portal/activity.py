"""Who changed what."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.dateparse import parse_datetime
from django.views.generic import TemplateView

from partners.audit import PAGE, AuditFilter, read_audit, write_csv
from partners.portal.access import PortalPage
from partners.portal.pages import MANAGE

EXPORT_LIMIT = 10_000


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
        older = entries[-1].at.isoformat() if len(entries) == PAGE else ""
        return super().get_context_data(entries=entries, older=older, **kwargs)


class ActivityExport(PortalPage):
    """The same as CSV, for owners."""

    read_scope = MANAGE

    def get(self, request: HttpRequest) -> HttpResponse:
        """The newest EXPORT_LIMIT changes."""
        response = HttpResponse(
            content_type="text/csv; charset=utf-8",
            headers={"Content-Disposition": 'attachment; filename="activity.csv"'},
        )
        write_csv(read_audit(AuditFilter(partner_id=self.partner.id), limit=EXPORT_LIMIT), response)  # type: ignore[arg-type]  # (a response is written like a file)
        return response
