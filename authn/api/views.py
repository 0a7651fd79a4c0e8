"""API keys over HTTP."""

from __future__ import annotations

from typing import Any

from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from applications.models import PartnerApplication
from authn.api.filters import ApiKeyFilterSet
from authn.api.serializers import (
    ApiKeySerializer,
    GenerateKeySerializer,
    IssuedKeySerializer,
    RotateKeySerializer,
    UpdateRateLimitSerializer,
    UpdateScopesSerializer,
)
from authn.models import ApiKey
from authn.services import keys
from common.api.views import GenericViewSet, without_body

MANAGE = "manage:keys"


class ApiKeyViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """Keys of the caller's applications. A key's full text is in the answer to create and rotate, and nowhere else."""

    queryset = ApiKey.objects.select_related("application")
    serializer_class = ApiKeySerializer
    filterset_class = ApiKeyFilterSet
    ordering_fields = ["created_at", "id"]
    required_scopes = {"*": MANAGE}
    staff_permissions = {"destroy": "authn.change_apikey"}

    @extend_schema(request=GenerateKeySerializer, responses={201: IssuedKeySerializer})
    def create(self, request: Request) -> Response:
        """Make a key for one of your applications."""
        data = self.validated(GenerateKeySerializer)
        applications = PartnerApplication.objects.visible_to(self.principal).select_related("partner")
        owner = {"partner_id": data.pop("partner_id")} if "partner_id" in data else {}
        application = get_object_or_404(applications, id=data.pop("app_id"), **owner)
        # A sandbox credential works in the sandbox unless told otherwise, and is refused when told so.
        data.setdefault("environment", self.principal.environment)
        issued = keys.generate_api_key(application=application, **data, actor=self.principal)
        return self.issued(issued, status=201)

    @extend_schema(request=RotateKeySerializer, responses=IssuedKeySerializer)
    @action(detail=True, methods=["post"])
    def rotate(self, request: Request, pk: str) -> Response:
        """Replace a key. The old one goes on working for `overlapHours` (0, 1, 24, 168 or 720; 24 when not given)."""
        data = self.validated(RotateKeySerializer)
        return self.issued(keys.rotate_api_key(api_key=self.get_object(), **data, actor=self.principal))

    @without_body(responses=ApiKeySerializer)
    @action(detail=True, methods=["post"], url_path="end-overlap")
    def end_overlap(self, request: Request, pk: str) -> Response:
        """Stop a rotated key before its overlap ends."""
        return self.respond(keys.end_overlap(api_key=self.get_object(), actor=self.principal))

    @extend_schema(
        parameters=[OpenApiParameter("reason", OpenApiTypes.STR, description="Kept with the key: 200 characters.")],
        responses={204: None},
    )
    def destroy(self, request: Request, pk: str) -> Response:
        """Revoke a key. It stops working at once and for good; revoking it again changes nothing."""
        reason = request.query_params.get("reason", "")[:200]
        keys.revoke_api_key(api_key=self.get_object(), reason=reason, actor=self.principal)
        return Response(status=204)

    @extend_schema(request=UpdateScopesSerializer, responses=ApiKeySerializer)
    @action(detail=True, methods=["put"])
    def scopes(self, request: Request, pk: str) -> Response:
        """Replace the scopes of a key."""
        data = self.validated(UpdateScopesSerializer)
        return self.respond(keys.update_scopes(api_key=self.get_object(), **data, actor=self.principal))

    @extend_schema(request=UpdateRateLimitSerializer, responses=ApiKeySerializer)
    @action(detail=True, methods=["put"], url_path="rate-limit")
    def rate_limit(self, request: Request, pk: str) -> Response:
        """Replace the hourly limit of a key."""
        data = self.validated(UpdateRateLimitSerializer)
        return self.respond(keys.update_rate_limit(api_key=self.get_object(), **data, actor=self.principal))

    def issued(self, issued: keys.IssuedKey, *, status: int = 200) -> Response:
        """A new key, in full."""
        context = {**self.get_serializer_context(), "full_key": issued.full_key}
        body: dict[str, Any] = IssuedKeySerializer(issued.api_key, context=context).data
        headers = {"Location": f"/api/keys/{issued.api_key.id}", "Cache-Control": "no-store"}
        return Response(body, status=status, headers=headers)
