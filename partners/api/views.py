"""Partners and their contacts over HTTP."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.filters import refuse_unknown_parameters
from common.api.views import GenericViewSet, without_body
from partners.api.filters import PartnerFilter
from partners.api.permissions import ReadsAccount
from partners.api.serializers import (
    ContactSerializer,
    ContactWriteSerializer,
    PartnerSerializer,
    PartnerWriteSerializer,
    SuspendSerializer,
)
from partners.models import Partner, PartnerContact
from partners.services import contacts
from partners.services import partners as services
from partners.statistics import partner_statistics
from partners.statistics import schemas as statistics_schemas


class PartnerViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Partner companies: staff see and manage all of them, everyone else their own."""

    queryset = Partner.objects.all()
    serializer_class = PartnerSerializer
    permission_classes = [ReadsAccount]
    filterset_class = PartnerFilter
    ordering_fields = ["created_at", "updated_at", "partner_name"]
    required_scopes = {
        "list": None,
        "retrieve": None,
        "update": "manage:partner",
        "partial_update": "manage:partner",
        "statistics": "read:analytics",
        "*": "staff",
    }
    staff_permissions = {"destroy": "partners.change_partner"}

    def get_queryset(self) -> QuerySet[Any]:
        """Partners the caller sees; deleted ones for the one action that needs them."""
        if self.action == "restore" and not getattr(self, "swagger_fake_view", False):
            return Partner.objects.filter(deleted_at__isnull=False)
        return super().get_queryset()

    @extend_schema(request=PartnerWriteSerializer, responses={201: PartnerSerializer})
    def create(self, request: Request) -> Response:
        """Open a partner account."""
        partner = services.create_partner(**self.validated(PartnerWriteSerializer), actor=self.principal)
        return self.respond(partner, status=201, location=f"/api/partners/{partner.id}")

    @extend_schema(request=PartnerWriteSerializer)
    def update(self, request: Request, pk: UUID) -> Response:
        """Replace the profile."""
        return self.change()

    @extend_schema(request=PartnerWriteSerializer)
    def partial_update(self, request: Request, pk: UUID) -> Response:
        """Change the members named."""
        return self.change()

    def change(self) -> Response:
        """Apply the body to the object."""
        changes = self.validated(PartnerWriteSerializer)
        return self.respond(services.update_partner(partner=self.get_object(), **changes, actor=self.principal))

    def destroy(self, request: Request, pk: UUID) -> Response:
        """Close the account; 409 while anything billed or audited hangs on it."""
        services.delete_partner(partner=self.get_object(), actor=self.principal)
        return Response(status=204)

    @without_body()
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: UUID) -> Response:
        """Take live, or resume."""
        return self.respond(services.activate_partner(partner=self.get_object(), actor=self.principal))

    @extend_schema(request=SuspendSerializer)
    @action(detail=True, methods=["post"])
    def suspend(self, request: Request, pk: UUID) -> Response:
        """Stop everything of this partner at once."""
        data = self.validated(SuspendSerializer)
        return self.respond(services.suspend_partner(partner=self.get_object(), **data, actor=self.principal))

    @extend_schema(responses={200: {"type": "object", "additionalProperties": True, "properties": statistics_schemas}})
    @action(detail=True, methods=["get"])
    def statistics(self, request: Request, pk: UUID) -> Response:
        """Figures about the partner: members, agreements, quotas, and what each part of the platform counts."""
        refuse_unknown_parameters(request, ())
        return Response(partner_statistics(self.get_object()))

    @without_body()
    @action(detail=True, methods=["post"])
    def restore(self, request: Request, pk: UUID) -> Response:
        """Bring back a deleted partner, inactive."""
        return self.respond(services.restore_partner(partner=self.get_object(), actor=self.principal))


class PartnerChildViewSet(GenericViewSet):
    """Base of what lives under /api/partners/{id}/."""

    permission_classes = [ReadsAccount]

    def partner(self) -> Partner:
        """The partner of the path; 404 when the caller cannot see it."""
        partners = Partner.objects.visible_to(self.principal)
        return get_object_or_404(partners, pk=self.kwargs["partner_id"])

    def get_queryset(self) -> QuerySet[Any]:
        """Rows of the path's partner."""
        queryset = super().get_queryset()
        if getattr(self, "swagger_fake_view", False):
            return queryset
        return queryset.filter(partner=self.partner())


class ContactViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, PartnerChildViewSet):
    """Whom to reach at a partner."""

    queryset = PartnerContact.objects.all()
    serializer_class = ContactSerializer
    required_scopes = {"list": None, "retrieve": None, "*": "manage:partner"}

    @extend_schema(request=ContactWriteSerializer, responses={201: ContactSerializer})
    def create(self, request: Request, partner_id: UUID) -> Response:
        """Add a contact; the first one is primary."""
        partner = self.partner()
        contact = contacts.add_contact(partner=partner, **self.validated(ContactWriteSerializer), actor=self.principal)
        return self.respond(contact, status=201, location=f"/api/partners/{partner.id}/contacts/{contact.id}")

    @extend_schema(request=ContactWriteSerializer)
    def update(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """Replace a contact."""
        return self.change()

    @extend_schema(request=ContactWriteSerializer)
    def partial_update(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """Change the members named."""
        return self.change()

    def change(self) -> Response:
        """Apply the body to the object."""
        changes = self.validated(ContactWriteSerializer)
        return self.respond(contacts.update_contact(contact=self.get_object(), **changes, actor=self.principal))

    def destroy(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """Remove a contact; the primary one only as the last."""
        contacts.delete_contact(contact=self.get_object(), actor=self.principal)
        return Response(status=204)
