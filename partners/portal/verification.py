"""The verification checklist."""

from __future__ import annotations

from typing import Any

from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.urls import reverse, reverse_lazy
from django.views.generic import TemplateView

from common.errors import InvalidError
from partners.checklists import CHECKLISTS, ITEMS
from partners.downloads import document_response
from partners.files import DOCUMENT_TYPES, MAX_DOCUMENT_BYTES, read_upload
from partners.models import VerificationDocument, VerificationItem
from partners.portal.access import PortalPage
from partners.portal.forms import AnswerForm, DocumentForm
from partners.portal.pages import MANAGE, ActionPage, FormPage
from partners.readiness import outstanding
from partners.services.verification import add_document, open_checklist, remove_document, submit_item


class VerificationPage(PortalPage, TemplateView):
    """Every item and where it stands."""

    template_name = "partners/verification.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Items in the order of the checklist."""
        items = [(ITEMS[item.key], item) for item in open_checklist(self.partner)]
        accepted = sum(item.status == VerificationItem.Status.ACCEPTED for _entry, item in items)
        return super().get_context_data(
            items=items, accepted=accepted, total=len(items), outstanding=outstanding(self.partner), **kwargs
        )


class ItemPage(FormPage):
    """One item: its questions and its documents. Answers may hold bank data, so owners alone see them."""

    template_name = "partners/verification_item.html"
    form_class = AnswerForm
    success_url = reverse_lazy("verification")
    required_scope = MANAGE
    read_scope = MANAGE
    done = "Submitted. We tell you as soon as it is decided."

    def item(self) -> VerificationItem:
        """The item of the path; 404 for one that is not on the checklist."""
        key = self.kwargs["key"]
        if key not in CHECKLISTS[self.partner.partner_type]:
            raise Http404
        return next(item for item in open_checklist(self.partner) if item.key == key)

    def get_form(self, form_class: Any = None) -> Form:
        """The questions, with what was answered before."""
        item = self.item()
        initial = {"tax_id": self.partner.tax_id, **item.answer}
        return AnswerForm(ITEMS[item.key], **{**self.get_form_kwargs(), "initial": initial})

    def save(self, data: dict[str, Any]) -> VerificationItem:
        """Hand it to review."""
        return submit_item(partner=self.partner, key=self.kwargs["key"], answer=data, actor=self.principal)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the item is about, and its documents."""
        item = self.item()
        removable = item.status in {"open", "rejected", "expired"}
        return super().get_context_data(
            item=item, entry=ITEMS[item.key], document_form=DocumentForm(), removable=removable, **kwargs
        )


class AddDocument(ActionPage):
    """Attaches a file."""

    required_scope = MANAGE

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Look at it, then keep it."""
        file = request.FILES.get("file")
        try:
            if file is None:
                raise ValueError("Choose a file.")  # noqa: TRY301 (one way to refuse a file)
            upload = read_upload(str(file.name), file, types=DOCUMENT_TYPES, limit=MAX_DOCUMENT_BYTES)
        except ValueError as error:
            raise InvalidError(str(error), field="file") from None
        add_document(partner=self.partner, key=kwargs["key"], upload=upload, actor=self.principal)
        return f"{upload.name} was attached."

    def destination(self) -> str:
        """Back to the item."""
        return reverse("verification_item", args=[self.kwargs["key"]])


class RemoveDocument(ActionPage):
    """Takes a file back."""

    required_scope = MANAGE

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Remove it."""
        document = get_object_or_404(documents_of(self.partner.id), pk=kwargs["pk"])
        self.key = document.item.key
        remove_document(document=document, actor=self.principal)
        return f"{document.filename} was removed."

    def destination(self) -> str:
        """Back to the item."""
        return reverse("verification_item", args=[self.key])


class DocumentPage(PortalPage):
    """The file itself, for owners of the partner."""

    read_scope = MANAGE

    def get(self, request: HttpRequest, pk: Any) -> FileResponse:
        """As a download: what partners upload is never shown inside our pages."""
        return document_response(get_object_or_404(documents_of(self.partner.id), pk=pk))


def documents_of(partner_id: Any) -> Any:
    """The documents of one partner."""
    return VerificationDocument.objects.select_related("item__partner").filter(item__partner_id=partner_id)
