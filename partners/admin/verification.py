"""The verification desk."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import FileResponse, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import URLPattern, path, reverse
from django.utils.html import format_html_join
from unfold.decorators import action, display

from common.attempts import attempt
from partners.admin.access import AcceptForm, ReadOnlyAdmin, ReasonForm
from partners.checklists import ITEMS
from partners.models import VerificationDocument, VerificationItem
from partners.selectors import staff_behind
from partners.services.verification import accept_item, reject_item

TONES = {
    "submitted": "info",
    "confirmed": "warning",
    "accepted": "success",
    "rejected": "danger",
    "expired": "danger",
}


class QueueFilter(admin.SimpleListFilter):
    """Opens on what waits."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Beside the default."""
        return [("all", "Everything")]

    def choices(self, changelist: Any) -> Any:
        """Name the default for what it is."""
        choices = list(super().choices(changelist))
        choices[0]["display"] = "Waiting"
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The submitted ones, the oldest first."""
        return queryset if self.value() == "all" else queryset.filter(status__in=["submitted", "confirmed"])


@admin.register(VerificationItem)
class VerificationAdmin(ReadOnlyAdmin):
    """Items in the order they were submitted; accepted or sent back with a note."""

    list_display = ["label", "partner", "tier", "status_label", "submitted_at", "reviewer", "expires_on"]
    list_filter = [QueueFilter, "status", "partner__tier"]
    list_select_related = ["partner", "reviewer"]
    search_fields = ["partner__partner_name"]
    ordering = ["submitted_at", "id"]
    exclude = ["answer", "key"]
    readonly_fields = ["label", "answers", "files"]
    actions_detail = ["accept", "reject"]

    @display(description="Item", ordering="key")
    def label(self, item: VerificationItem) -> str:
        """In words."""
        return ITEMS[item.key].label if item.key in ITEMS else item.key

    @display(description="Tier")
    def tier(self, item: VerificationItem) -> str:
        """Enterprise needs two people."""
        return item.partner.get_tier_display()

    @display(description="Status", ordering="status", label=TONES)
    def status_label(self, item: VerificationItem) -> tuple[str, str]:
        """How far it is."""
        return item.status, item.get_status_display()

    @display(description="Answers")
    def answers(self, item: VerificationItem) -> str:
        """Each question with what was answered."""
        questions = {question.name: question.label for question in ITEMS[item.key].questions}
        rows = [(questions.get(name, name), value) for name, value in (item.answer or {}).items() if value]
        return format_html_join("", "<p><strong>{}</strong><br>{}</p>", rows) or "Nothing yet"

    @display(description="Documents")
    def files(self, item: VerificationItem) -> str:
        """Downloads."""
        rows = [
            (reverse("admin:partners_verification_document", args=[document.pk]), document.filename, document.sha256)
            for document in item.documents.all()
        ]
        return format_html_join("", '<p><a href="{}">{}</a> (SHA-256 {})</p>', rows) or "None"

    def get_urls(self) -> list[URLPattern]:
        """The download beside the admin's own pages."""
        download = self.admin_site.admin_view(self.document)
        return [
            path("documents/<uuid:pk>", download, name="partners_verification_document"),
            *super().get_urls(),
        ]

    def document(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse | FileResponse:
        """The file, for those who may see the item."""
        found = get_object_or_404(VerificationDocument.objects.select_related("item"), pk=pk)
        if not self.has_view_permission(request, found.item):
            return HttpResponse(status=403)
        return FileResponse(
            found.file.open("rb"),
            as_attachment=True,
            filename=found.filename,
            content_type=found.content_type,
            headers={"Cache-Control": "private, no-store"},
        )

    @action(description="Accept", url_path="accept", permissions=["change"], icon="check_circle")
    def accept(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Ask how long it holds, then accept."""
        item = self.get_object(request, str(object_id))
        if item is None:
            return self.back_to_list()
        form = AcceptForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            expires_on = form.cleaned_data["expires_on"]
            attempt(
                request, lambda: accept_item(item=item, expires_on=expires_on, actor=staff_behind(request)), "Accepted."
            )
            return self.back_to(item.pk)
        return self.ask(request, item, form, title="Accept")

    @action(description="Send back", url_path="reject", permissions=["change"], icon="undo")
    def reject(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Ask what to correct, then send back."""
        item = self.get_object(request, str(object_id))
        if item is None:
            return self.back_to_list()
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            note = form.cleaned_data["reason"]
            attempt(request, lambda: reject_item(item=item, note=note, actor=staff_behind(request)), "Sent back.")
            return self.back_to(item.pk)
        return self.ask(request, item, form, title="Send back")
