"""Mail in the admin: what went out, and what each kind looks like."""

from __future__ import annotations

from django.contrib import admin
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from unfold.decorators import action, display

from common.mail import CATEGORIES, kinds, render_mail
from partners.admin.access import ReadOnlyAdmin
from partners.models import OutboundMail

TONES = {"sent": "success", "failed": "danger", "sending": "info", "pending": "info"}


@admin.register(OutboundMail)
class MailAdmin(ReadOnlyAdmin):
    """The outbox. The context is not shown: it may carry a link that signs somebody in."""

    list_display = ["what", "recipient", "status_label", "attempts", "due_at", "sent_at", "last_error"]
    list_filter = ["status", "kind"]
    search_fields = ["recipient"]
    search_help_text = "Recipient"
    exclude = ["context"]
    actions_list = ["previews"]

    @display(description="Mail", ordering="kind")
    def what(self, mail: OutboundMail) -> str:
        """Its kind, in words."""
        return mail.kind.replace("_", " ").capitalize()

    @display(description="Status", ordering="status", label=TONES)
    def status_label(self, mail: OutboundMail) -> tuple[str, str]:
        """How far it is."""
        return mail.status, mail.get_status_display()

    def get_urls(self) -> list[URLPattern]:
        """The previews beside the admin's own pages."""
        return [
            path("preview/<str:name>", self.admin_site.admin_view(self.preview), name="partners_mail_preview"),
            *super().get_urls(),
        ]

    @action(description="Previews", url_path="previews", permissions=["view"], icon="visibility")
    def previews(self, request: HttpRequest) -> HttpResponse:
        """Every kind of mail, by category."""
        rows = [
            {
                "kind": kind,
                "category": CATEGORIES[kind.category] or "Account (always sent)",
                "mail": render_mail(kind.name, kind.sample),
            }
            for kind in sorted(kinds.values(), key=lambda kind: (kind.category, kind.name))
        ]
        context = {**self.admin_site.each_context(request), "title": "Mail previews", "opts": self.opts, "rows": rows}
        return TemplateResponse(request, "admin/partners/mail_previews.html", context)

    def preview(self, request: HttpRequest, name: str) -> HttpResponse:
        """One kind as people get it, with sample values."""
        if name not in kinds or not self.has_view_permission(request):
            raise Http404
        return HttpResponse(render_mail(name, kinds[name].sample).html)
