"""Agreements: read, signed, kept."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.views.generic import TemplateView

from common.client_ip import client_ip
from partners.documents import blocks
from partners.models import AgreementTemplate, PartnerAgreement
from partners.portal.access import PortalPage
from partners.portal.forms import SignForm
from partners.portal.pages import MANAGE, ActionPage, FormPage
from partners.readiness import missing_agreements
from partners.services.agreements import (
    Signature,
    create_agreement,
    document_headers,
    document_of,
    sign_agreement,
    signature_rows,
)


class AgreementsPage(PortalPage, TemplateView):
    """What was signed, what waits, and what can be taken up."""

    template_name = "partners/agreements.html"
    required_scope = MANAGE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Standard agreements that are neither in force nor offered, the required ones first."""
        agreements = list(self.partner.agreements.all())
        held = {
            (agreement.agreement_type, agreement.version)
            for agreement in agreements
            if agreement.status in {PartnerAgreement.Status.ACTIVE, PartnerAgreement.Status.PENDING}
        }
        required = {template.agreement_type for template in missing_agreements(self.partner)}
        open_templates = [
            (template, template.agreement_type in required)
            for template in AgreementTemplate.objects.current()
            if (template.agreement_type, template.version) not in held
        ]
        open_templates.sort(key=lambda pair: not pair[1])
        return super().get_context_data(agreements=agreements, templates=open_templates, **kwargs)


class TakeUp(ActionPage):
    """Puts a standard agreement before the owner."""

    required_scope = MANAGE
    agreement: PartnerAgreement | None = None

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Make the offer."""
        self.agreement = create_agreement(
            partner=self.partner, agreement_type=kwargs["agreement_type"], actor=self.principal
        )
        return "Read it, then sign below."

    def destination(self) -> str:
        """To the agreement."""
        return reverse("agreement", args=[self.agreement.pk]) if self.agreement else reverse("agreements")


class AgreementPage(FormPage):
    """One agreement: its text, and its signature or the form to sign it."""

    template_name = "partners/agreement.html"
    form_class = SignForm
    required_scope = MANAGE
    done = "Signed. A copy with the record of your signature is below."

    def agreement(self) -> PartnerAgreement:
        """The agreement of the path; another partner's is a 404."""
        return get_object_or_404(self.partner.agreements.select_related("partner", "template"), pk=self.kwargs["pk"])

    def get_initial(self) -> dict[str, Any]:
        """The hash of the document that is shown now."""
        name = getattr(self.request.user, "name", "")
        return {"document_sha256": self.agreement().document_sha256, "signer_name": name}

    def save(self, data: dict[str, Any]) -> PartnerAgreement:
        """Sign what was shown."""
        signature = Signature(
            name=data["signer_name"],
            title=data["signer_title"],
            ip=client_ip(self.request),
            document_sha256=data["document_sha256"],
        )
        return sign_agreement(agreement=self.agreement(), signature=signature, actor=self.principal)

    def get_success_url(self) -> str:
        """The same page, now with the signature."""
        return reverse("agreement", args=[self.kwargs["pk"]])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The text in blocks, and the record of the signature."""
        agreement = self.agreement()
        record = signature_rows(agreement) if agreement.signed_date else []
        return super().get_context_data(agreement=agreement, blocks=blocks(agreement.terms), record=record, **kwargs)


class AgreementDocumentPage(PortalPage):
    """The PDF."""

    def get(self, request: HttpRequest, pk: Any) -> HttpResponse:
        """As offered; once signed, with the record of the signature."""
        agreement = get_object_or_404(self.partner.agreements.select_related("partner", "template"), pk=pk)
        return HttpResponse(document_of(agreement), headers=document_headers(agreement))
