"""Members and invitations over HTTP."""

from __future__ import annotations

from uuid import UUID

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import mixins, serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.filters import FilterSet
from common.api.serializers import ModelSerializer, Serializer
from common.api.views import without_body
from partners.api.views import PartnerChildViewSet
from partners.models import Invitation, PartnerMember
from partners.models.member import RoleChoices
from partners.services import invitations, members

MANAGE_MEMBERS = "manage:members"


class MemberSerializer(ModelSerializer):
    """A person and their role."""

    user_id = serializers.UUIDField(read_only=True)
    name = serializers.CharField(source="user.name", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True)

    class Meta:
        model = PartnerMember
        fields = ["id", "partner_id", "user_id", "name", "email", "role", "created_at", "updated_at"]
        read_only_fields = fields


class MemberWriteSerializer(Serializer):
    """The role."""

    role = serializers.ChoiceField(RoleChoices.choices)


class InvitationSerializer(ModelSerializer):
    """An invitation. Its link goes to the invited address alone."""

    is_expired = serializers.BooleanField(read_only=True, help_text="Open, but its time has run out: send it again.")
    invited_by = serializers.EmailField(source="invited_by.email", read_only=True, allow_null=True)

    class Meta:
        model = Invitation
        fields = [
            "id",
            "partner_id",
            "email",
            "role",
            "status",
            "is_expired",
            "expires_at",
            "times_sent",
            "invited_by",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class InvitationWriteSerializer(Serializer):
    """Whom to invite, and as what."""

    email = serializers.EmailField(max_length=254)
    role = serializers.ChoiceField(RoleChoices.choices)


class InvitationFilter(FilterSet):
    """`?status=open`."""

    status = django_filters.MultipleChoiceFilter(choices=Invitation.Status.choices)


class MemberViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, PartnerChildViewSet):
    """Who belongs to a partner. People join by invitation."""

    queryset = PartnerMember.objects.select_related("partner", "user")
    serializer_class = MemberSerializer
    # Anyone may leave: the service tells oneself from others.
    required_scopes = {"list": None, "retrieve": None, "destroy": None, "*": MANAGE_MEMBERS}

    @extend_schema(request=MemberWriteSerializer)
    def update(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """Give a member another role; the last owner keeps theirs."""
        data = self.validated(MemberWriteSerializer)
        member = self.get_object()
        if "role" in data:
            member = members.change_role(member=member, role=data["role"], actor=self.principal)
        return self.respond(member)

    @extend_schema(request=MemberWriteSerializer)
    def partial_update(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """As PUT: the role is all there is to change."""
        return self.update(request, partner_id, pk)

    def destroy(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """End a membership: an owner anyone's, everyone their own; never the last owner's."""
        members.remove_member(member=self.get_object(), actor=self.principal)
        return Response(status=204)

    @without_body()
    @action(detail=True, methods=["post"])
    def transfer(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """Hand ownership to this member; the owner who calls becomes a developer."""
        member = self.get_object()
        members.transfer_ownership(partner=member.partner, to=member, actor=self.principal)
        return self.respond(self.get_object())


class InvitationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, PartnerChildViewSet):
    """Who was asked to join."""

    queryset = Invitation.objects.select_related("partner", "invited_by")
    serializer_class = InvitationSerializer
    filterset_class = InvitationFilter
    required_scopes = {"list": None, "retrieve": None, "*": MANAGE_MEMBERS}

    @extend_schema(request=InvitationWriteSerializer, responses={201: InvitationSerializer})
    def create(self, request: Request, partner_id: UUID) -> Response:
        """Invite an address; an open invitation to it is sent again with the new role."""
        partner = self.partner()
        data = self.validated(InvitationWriteSerializer)
        invitation = invitations.invite_member(partner=partner, **data, actor=self.principal)
        location = f"/api/partners/{partner.id}/invitations/{invitation.id}"
        return self.respond(invitation, status=201, location=location)

    @without_body()
    @action(detail=True, methods=["post"])
    def resend(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """Send it again with a new link and a new term; the old link stops working."""
        return self.respond(invitations.resend_invitation(invitation=self.get_object(), actor=self.principal))

    @without_body()
    @action(detail=True, methods=["post"])
    def revoke(self, request: Request, partner_id: UUID, pk: UUID) -> Response:
        """Take an open invitation back."""
        return self.respond(invitations.revoke_invitation(invitation=self.get_object(), actor=self.principal))
