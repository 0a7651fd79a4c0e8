"""Agreement templates and agreements in the admin."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from common.ask import ask_to
from common.attempts import attempt
from common.readonly_admin import in_lines
from partners.admin.access import ConfirmForm, ReadOnlyAdmin
from partners.models import AgreementTemplate, PartnerAgreement
from partners.selectors import staff_behind
from partners.services.agreements import document_headers, document_of, publish_template, terminate_agreement

TONES = {"active": "success", "pending": "info", "expired": "danger", "terminated": "danger", "superseded": "warning"}


@admin.register(AgreementTemplate)
class TemplateAdmin(ModelAdmin):
    """A version is written here as a draft, then published; from then on its text is final."""

    list_display = ["title", "agreement_type", "version", "required", "requires_reacceptance", "published_at"]
    list_filter = ["agreement_type", "required"]
    search_fields = ["title", "agreement_type"]
    readonly_fields = ["published_at"]
    actions_detail = ["publish"]

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """Of a published version the text as it reads."""
        names = list(super().get_fields(request, obj))
        final = obj is not None and obj.published_at is not None
        return ["text" if final and name == "body" else name for name in names if name != "text"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """The text of a published version too."""
        return [*super().get_readonly_fields(request, obj), "text"]

    @display(description="Text")
    def text(self, template: AgreementTemplate) -> str:
        """With its paragraphs."""
        return in_lines(template.body)

    def has_publish_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Drafts, by those who may change them."""
        is_draft = object_id is None or AgreementTemplate.objects.filter(pk=object_id, published_at=None).exists()
        return is_draft and request.user.has_perm("partners.change_agreementtemplate")

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts alone."""
        return super().has_change_permission(request, obj) and getattr(obj, "published_at", None) is None

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Drafts alone."""
        return super().has_delete_permission(request, obj) and bool(obj) and not getattr(obj, "published_at", None)

    @action(description="Publish", url_path="publish", permissions=["publish"], icon="publish")
    def publish(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Make it current."""
        template = get_object_or_404(AgreementTemplate, pk=object_id)
        if request.method != "POST":
            return ask_to(self, request, template, ConfirmForm(), title="Publish")
        attempt(request, lambda: publish_template(template=template, actor=staff_behind(request)), "Published.")
        return redirect("admin:partners_agreementtemplate_change", template.pk)


@admin.register(PartnerAgreement)
class AgreementAdmin(ReadOnlyAdmin):
    """What partners signed."""

    list_display = ["title", "partner", "version", "status_label", "signed_date", "signer_name", "expiration_date"]
    list_filter = ["status", "agreement_type"]
    list_select_related = ["partner"]
    search_fields = ["partner__partner_name", "signer_name", "document_sha256"]
    search_help_text = "Partner, signer, or the SHA-256 of a document"
    exclude = ["terms"]
    readonly_fields = ["text"]
    actions_detail = ["pdf", "terminate"]

    @display(description="Status", ordering="status", label=TONES)
    def status_label(self, agreement: PartnerAgreement) -> tuple[str, str]:
        """Where it stands."""
        return agreement.status, agreement.get_status_display()

    @display(description="Terms")
    def text(self, agreement: PartnerAgreement) -> str:
        """With their paragraphs."""
        return in_lines(agreement.terms)

    @action(description="PDF", url_path="pdf", permissions=["view"], icon="picture_as_pdf")
    def pdf(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """The document."""
        agreement = self.get_object(request, str(object_id))
        if agreement is None:
            return self.back_to_list()
        return HttpResponse(document_of(agreement), headers=document_headers(agreement))

    @action(description="Terminate", url_path="terminate", permissions=["change"], icon="cancel")
    def terminate(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """End it, or withdraw the offer."""
        agreement = self.get_object(request, str(object_id))
        if agreement is None:
            return self.back_to_list()
        if request.method != "POST":
            return self.ask(request, agreement, ConfirmForm(), title="Terminate")
        attempt(request, lambda: terminate_agreement(agreement=agreement, actor=staff_behind(request)), "Terminated.")
        return self.back_to(agreement.pk)
