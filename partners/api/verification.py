"""The verification checklist over HTTP: answered by the partner, judged by staff."""

from __future__ import annotations

import base64
import binascii
import io
from collections.abc import Mapping
from typing import IO, Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import FileResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema, extend_schema_field
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.parsers import BaseParser
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.parsers import parse_json
from common.api.problems import InsufficientScope
from common.api.serializers import ModelSerializer, Serializer
from common.errors import InvalidError
from partners.api.views import PartnerChildViewSet
from partners.checklists import CHECKLISTS, ITEMS, MAX_ANSWER
from partners.downloads import document_response
from partners.files import DOCUMENT_TYPES, MAX_DOCUMENT_BYTES, Upload, read_upload
from partners.models import VerificationDocument, VerificationItem
from partners.services import verification as services

MANAGE = "manage:partner"
CHANGE_ITEM = "partners.change_verificationitem"
MAX_BODY_BYTES = MAX_DOCUMENT_BYTES * 4 // 3 + 4096


class DocumentParser(BaseParser):
    """JSON with room for a document in base64. No JSONParser: the framework holds those to the limit of all bodies."""

    media_type = "application/json"

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """The parsed body."""
        return parse_json(stream, MAX_BODY_BYTES)


class QuestionSerializer(Serializer):
    """One question of an item."""

    name = serializers.CharField(help_text="Its key in the answer.")
    label = serializers.CharField()  # type: ignore[assignment]  # (the metaclass takes the name off the class)
    kind = serializers.ChoiceField(["text", "long", "yes_no", "tax_id", "iban", "routing_number"])
    required = serializers.BooleanField()  # type: ignore[assignment]  # (as above)
    help = serializers.CharField()


class DocumentSerializer(ModelSerializer):
    """An uploaded document."""

    class Meta:
        model = VerificationDocument
        fields = ["id", "filename", "content_type", "size", "sha256", "created_at"]
        read_only_fields = fields


class VerificationItemSerializer(ModelSerializer):
    """An item of the checklist. Answers may hold bank data: owners and staff alone read them."""

    label = serializers.SerializerMethodField()  # type: ignore[assignment]  # (as above)
    description = serializers.SerializerMethodField()
    needs_document = serializers.SerializerMethodField()
    questions = serializers.SerializerMethodField()
    answer = serializers.SerializerMethodField()
    documents = DocumentSerializer(many=True, read_only=True)
    reviewer = serializers.SerializerMethodField()

    class Meta:
        model = VerificationItem
        fields = [
            "id",
            "partner_id",
            "key",
            "label",
            "description",
            "status",
            "note",
            "needs_document",
            "questions",
            "answer",
            "documents",
            "submitted_at",
            "reviewed_at",
            "reviewer",
            "expires_on",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_label(self, item: VerificationItem) -> str:
        """In words."""
        return ITEMS[item.key].label

    def get_description(self, item: VerificationItem) -> str:
        """What it is about."""
        return ITEMS[item.key].description

    def get_needs_document(self, item: VerificationItem) -> bool:
        """Whether it takes a document."""
        return ITEMS[item.key].needs_document

    @extend_schema_field(QuestionSerializer(many=True))
    def get_questions(self, item: VerificationItem) -> list[dict[str, Any]]:
        """What is asked."""
        return list(QuestionSerializer(ITEMS[item.key].questions, many=True).data)

    @extend_schema_field({"type": ["object", "null"], "additionalProperties": {"type": "string"}})
    def get_answer(self, item: VerificationItem) -> dict[str, str] | None:
        """By question; null for those who may not read it."""
        principal = self.context["request"].auth
        return dict(item.answer) if principal.is_admin or principal.has_scope(MANAGE) else None

    def get_reviewer(self, item: VerificationItem) -> str:
        """Who judged it last; partners see the role, not the person."""
        reviewer = item.second_reviewer or item.reviewer
        if reviewer is None:
            return ""
        return reviewer.email if self.context["request"].auth.is_admin else "Reviewer"


class AnswerSerializer(Serializer):
    """An answer by question; the questions are in the item."""

    answer = serializers.DictField(child=serializers.CharField(max_length=MAX_ANSWER, allow_blank=True))


class DocumentUploadSerializer(Serializer):
    """A document: PDF, PNG or JPEG of at most 10 MiB."""

    filename = serializers.CharField(max_length=150)
    content = serializers.CharField(help_text="The file in base64.")


class AcceptSerializer(Serializer):
    """How long the acceptance holds."""

    expires_on = serializers.DateField(required=False, allow_null=True, help_text="The checklist's own term without.")


class RejectSerializer(Serializer):
    """What to correct."""

    note = serializers.CharField(max_length=2000)


class VerificationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, PartnerChildViewSet):
    """What a partner has to show before it goes live."""

    queryset = VerificationItem.objects.select_related("partner", "reviewer", "second_reviewer").prefetch_related(
        "documents"
    )
    serializer_class = VerificationItemSerializer
    lookup_field = "key"
    required_scopes = {"list": None, "retrieve": None, "accept": "staff", "reject": "staff", "*": MANAGE}

    def get_queryset(self) -> QuerySet[Any]:
        """The items of the partner's checklist, which is opened when it is first read."""
        queryset = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset
        partner = self.partner()
        services.open_checklist(partner)
        return queryset.filter(key__in=CHECKLISTS[partner.partner_type])

    @extend_schema(request=AnswerSerializer)
    @action(detail=True, methods=["post"])
    def submit(self, request: Request, partner_id: UUID, key: str) -> Response:
        """Answer an item and hand it to review; an accepted one can be renewed."""
        item = self.get_object()
        answer = self.validated(AnswerSerializer)["answer"]
        services.submit_item(partner=item.partner, key=key, answer=answer, actor=self.principal)
        return self.respond(self.get_object())

    @extend_schema(request=AcceptSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, partner_id: UUID, key: str) -> Response:
        """Accept an item (staff); for an Enterprise partner the second person completes it."""
        item = self.get_object()
        services.accept_item(item=item, **self.validated(AcceptSerializer), actor=self.principal)
        return self.respond(self.get_object())

    @extend_schema(request=RejectSerializer)
    @action(detail=True, methods=["post"])
    def reject(self, request: Request, partner_id: UUID, key: str) -> Response:
        """Send an item back with what to correct (staff)."""
        item = self.get_object()
        services.reject_item(item=item, **self.validated(RejectSerializer), actor=self.principal)
        return self.respond(self.get_object())


class VerificationUploadViewSet(VerificationViewSet):
    """The documents of an item: bodies larger than elsewhere."""

    parser_classes = [DocumentParser]
    staff_permissions = {"create": CHANGE_ITEM, "destroy": CHANGE_ITEM}

    @extend_schema(request=DocumentUploadSerializer, responses={201: DocumentSerializer})
    def create(self, request: Request, partner_id: UUID, key: str) -> Response:
        """Attach a document to an item."""
        item = self.get_object()
        data = self.validated(DocumentUploadSerializer)
        document = services.add_document(partner=item.partner, key=key, upload=decoded(**data), actor=self.principal)
        location = f"{request.path}/{document.id}"
        return Response(DocumentSerializer(document).data, status=201, headers={"Location": location})

    @extend_schema(
        responses={(200, "application/octet-stream"): OpenApiResponse(OpenApiTypes.BINARY, description="The file.")}
    )
    def download(self, request: Request, partner_id: UUID, key: str, pk: UUID) -> FileResponse:
        """The file, as it was uploaded: for owners and staff."""
        if not (self.principal.is_admin or self.principal.has_scope(MANAGE)):
            raise InsufficientScope(MANAGE)
        return document_response(self.document(pk))

    def destroy(self, request: Request, partner_id: UUID, key: str, pk: UUID) -> Response:
        """Take back a document that nobody has judged yet."""
        services.remove_document(document=self.document(pk), actor=self.principal)
        return Response(status=204)

    def document(self, pk: UUID) -> VerificationDocument:
        """The document of the path."""
        documents = VerificationDocument.objects.select_related("item__partner")
        return get_object_or_404(documents, item=self.get_object(), pk=pk)


def decoded(filename: str, content: str) -> Upload:
    """The file of a request, looked at."""
    try:
        stream = io.BytesIO(base64.b64decode(content, validate=True))
    except (binascii.Error, ValueError):
        raise InvalidError("This is not base64.", field="content", code="invalid") from None
    try:
        return read_upload(filename, stream, types=DOCUMENT_TYPES, limit=MAX_DOCUMENT_BYTES)
    except ValueError as error:
        raise InvalidError(str(error), field="content", code="invalid") from None
