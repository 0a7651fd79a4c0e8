"""OAuth clients over the API."""

from __future__ import annotations

from typing import Any

import django_filters
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from applications.models import PartnerApplication
from authn.models import AccessTokenFormat, OAuthClient, OAuthClientType, OAuthFlow
from authn.services.oauth_clients import (
    MAX_LIFETIME,
    MAX_REDIRECT_URIS,
    MIN_LIFETIME,
    OVERLAP_HOURS,
    IssuedClient,
    create_client,
    end_secret_overlap,
    revoke_client,
    rotate_client_secret,
    update_client,
)
from common.api.filters import FilterSet
from common.api.serializers import APP_ALIAS, ModelSerializer, Serializer, VisibleObjectField
from common.api.views import GenericViewSet, without_body
from common.base import Environment
from common.errors import InvalidError


class OAuthClientSerializer(ModelSerializer):
    """A client as it is shown: never with its secret."""

    partner_id = serializers.UUIDField()
    app_id = serializers.UUIDField(source="application_id")
    redirect_uris = serializers.ListField(source="redirect_uri_list", child=serializers.CharField())
    status = serializers.ChoiceField(choices=["active", "revoked"])
    overlap_ends_at = serializers.DateTimeField(
        allow_null=True, help_text="Until when the secret before the last rotation works."
    )
    created_at = serializers.DateTimeField(source="created")
    updated_at = serializers.DateTimeField(source="updated")

    class Meta:
        model = OAuthClient
        fields: tuple[str, ...] = (
            "id",
            "partner_id",
            "app_id",
            "client_id",
            "client_type",
            "name",
            "redirect_uris",
            "allowed_flows",
            "token_lifetime",
            "access_token_format",
            "environment",
            "status",
            "revoked_reason",
            "secret_last_four",
            "overlap_ends_at",
            "created_at",
            "updated_at",
        )


class IssuedClientSerializer(OAuthClientSerializer):
    """A client with its secret, shown this once."""

    client_secret = serializers.SerializerMethodField(help_text="Shown this once; null for a public client.")

    class Meta(OAuthClientSerializer.Meta):
        fields = (*OAuthClientSerializer.Meta.fields, "client_secret")

    def get_client_secret(self, client: OAuthClient) -> str | None:
        """The secret of the answer at hand."""
        secret: str | None = self.context["client_secret"]
        return secret


def uri_list(*, required: bool) -> serializers.ListField:
    """Redirect URIs; the service says what is wrong with one."""
    return serializers.ListField(
        child=serializers.CharField(max_length=500), max_length=MAX_REDIRECT_URIS, required=required
    )


class CreateOAuthClient(Serializer):
    """The body of a create."""

    aliases = APP_ALIAS
    partner_id = serializers.UUIDField(required=False, help_text="The application's partner, if given.")
    app_id = VisibleObjectField(source="application", queryset=PartnerApplication.objects.all())
    name = serializers.CharField(max_length=100)
    redirect_uris = uri_list(required=False)
    allowed_flows = serializers.ListField(
        child=serializers.ChoiceField(choices=OAuthFlow.choices), required=False, allow_empty=False
    )
    client_type = serializers.ChoiceField(choices=OAuthClientType.choices, required=False)
    token_lifetime = serializers.IntegerField(min_value=MIN_LIFETIME, max_value=MAX_LIFETIME, required=False)
    access_token_format = serializers.ChoiceField(choices=AccessTokenFormat.choices, required=False)
    environment = serializers.ChoiceField(choices=Environment.choices, required=False)


class ChangeOAuthClient(Serializer):
    """The body of a change."""

    name = serializers.CharField(max_length=100, required=False)
    redirect_uris = uri_list(required=False)
    token_lifetime = serializers.IntegerField(min_value=MIN_LIFETIME, max_value=MAX_LIFETIME, required=False)


class RotateSecret(Serializer):
    """How long the old secret goes on working."""

    overlap_hours = serializers.ChoiceField(choices=OVERLAP_HOURS, required=False)


class OAuthClientFilter(FilterSet):
    """`?appId=&environment=&active=`."""

    app_id = django_filters.UUIDFilter(field_name="application_id")

    class Meta:
        model = OAuthClient
        fields = {"environment": ["exact"], "client_type": ["exact"], "active": ["exact"]}


class OAuthClientViewSet(ListModelMixin, RetrieveModelMixin, GenericViewSet):
    """The OAuth clients of a partner's applications."""

    queryset = OAuthClient.objects.all()
    serializer_class = OAuthClientSerializer
    filterset_class = OAuthClientFilter
    ordering_fields = ("created", "name")
    required_scopes = {"*": "manage:keys"}
    staff_permissions = {"destroy": "authn.change_oauthclient"}

    def issued(self, issued: IssuedClient, *, status: int = 200) -> Response:
        """The client with its secret."""
        context = {**self.get_serializer_context(), "client_secret": issued.client_secret}
        headers = {"Location": f"/api/oauth/clients/{issued.client.id}"} if status == 201 else None
        return Response(IssuedClientSerializer(issued.client, context=context).data, status=status, headers=headers)

    @extend_schema(request=CreateOAuthClient, responses={201: IssuedClientSerializer})
    def create(self, request: Request) -> Response:
        """Create a client; the answer holds its secret, once."""
        values: dict[str, Any] = self.validated(CreateOAuthClient)
        partner_id = values.pop("partner_id", None)
        if partner_id is not None and partner_id != values["application"].partner_id:
            raise InvalidError("This is not the application's partner.", field="partner_id")
        # A sandbox credential works in the sandbox unless told otherwise, and is refused when told so.
        values.setdefault("environment", self.principal.environment)
        return self.issued(create_client(actor=self.principal, **values), status=201)

    @extend_schema(request=ChangeOAuthClient, responses=OAuthClientSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the name, the redirect URIs or the token lifetime."""
        values = self.validated(ChangeOAuthClient)
        return self.respond(update_client(client=self.get_object(), actor=self.principal, **values))

    @extend_schema(responses={204: None})
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke the client for good, with every token it has."""
        revoke_client(client=self.get_object(), actor=self.principal)
        return Response(status=204)

    @extend_schema(request=RotateSecret, responses=IssuedClientSerializer)
    @action(detail=True, methods=["post"], url_path="rotate-secret")
    def rotate_secret(self, request: Request, pk: str) -> Response:
        """A new secret; the old one works until the overlap of `overlapHours` (24 unless given) ends."""
        values = self.validated(RotateSecret)
        return self.issued(rotate_client_secret(client=self.get_object(), actor=self.principal, **values))

    @without_body(responses=OAuthClientSerializer)
    @action(detail=True, methods=["post"], url_path="end-overlap")
    def end_overlap(self, request: Request, pk: str) -> Response:
        """Stop accepting the old secret now."""
        return self.respond(end_secret_overlap(client=self.get_object(), actor=self.principal))
