"""Agreements over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpResponse
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.serializers import ModelSerializer, Serializer
from common.client_ip import client_ip
from partners.api.views import PartnerChildViewSet
from partners.models import PartnerAgreement
from partners.services import agreements as services
from partners.services.agreements import Signature


class AgreementSerializer(ModelSerializer):
    """An agreement."""

    class Meta:
        model = PartnerAgreement
        fields = [
            "id",
            "partner_id",
            "agreement_type",
            "title",
            "version",
            "terms",
            "status",
            "signed_date",
            "effective_date",
            "expiration_date",
            "signed_at",
            "signer_name",
            "signer_title",
            "document_sha256",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class AgreementCreateSerializer(Serializer):
    """An offer. Without terms it is the current standard agreement of its type."""

    agreement_type = serializers.RegexField(r"^[a-z][a-z0-9_]{0,49}$", help_text="e.g. msa, dpa, revenue_share.")
    title = serializers.CharField(max_length=200, required=False)
    terms = serializers.CharField(max_length=services.MAX_TERMS, required=False, allow_blank=True)
    effective_date = serializers.DateField(required=False, allow_null=True)
    expiration_date = serializers.DateField(required=False, allow_null=True)


class SignSerializer(Serializer):
    """A signature."""

    signed_date = serializers.DateField(required=False, help_text="Today when left out.")
    signer_name = serializers.CharField(max_length=150, required=False)
    signer_title = serializers.CharField(max_length=100, required=False)
    document_sha256 = serializers.RegexField(
        r"^[0-9a-f]{64}$", required=False, help_text="Of the document the signer read; refused when it is another."
    )


class AgreementViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, PartnerChildViewSet):
    """What a partner signed, and what waits for its signature."""

    queryset = PartnerAgreement.objects.select_related("partner", "template")
    serializer_class = AgreementSerializer
    required_scopes = {"list": None, "retrieve": None, "document": None, "*": "manage:partner"}

    @extend_schema(request=AgreementCreateSerializer, responses={201: AgreementSerializer})
    def create(self, request: Request, partner_id: UUID) -> Response:
        """Offer an agreement."""
        partner = self.partner()
        data: dict[str, Any] = self.validated(AgreementCreateSerializer)
        agreement = services.create_agreement(partner=partner, **data, actor=self.principal)
        return self.respond(agreement, status=201, location=f"/api/partners/{partner.id}/agreements/{agreement.id}")

    @extend_schema(request=SignSerializer)
    @action(detail=True, methods=["put"])
    def sign(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """Sign for the partner; staff record a signature on paper."""
        agreement = self.get_object()
        data = self.validated(SignSerializer)
        signature = Signature(
            name=data.get("signer_name", ""),
            title=data.get("signer_title", ""),
            ip=client_ip(request),
            document_sha256=data.get("document_sha256"),
        )
        signed = services.sign_agreement(
            agreement=agreement, signed_date=data.get("signed_date"), signature=signature, actor=self.principal
        )
        return self.respond(signed)

    @extend_schema(
        responses={(200, "application/pdf"): OpenApiResponse(OpenApiTypes.BINARY, description="The document.")}
    )
    @action(detail=True, methods=["get"])
    def document(self, request: Request, partner_id: UUID, pk: UUID) -> HttpResponse:
        """The PDF: as it was offered, and once signed with the record of the signature."""
        return pdf_response(self.get_object())


def pdf_response(agreement: PartnerAgreement) -> HttpResponse:
    """The PDF as a download."""
    return HttpResponse(services.document_of(agreement), headers=services.document_headers(agreement))
