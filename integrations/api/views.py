"""Integrations over HTTP."""

from __future__ import annotations

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import mixins
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.views import GenericViewSet, without_body
from integrations.api.filters import IntegrationFilterSet
from integrations.api.serializers import (
    MANAGE,
    IntegrationCreateSerializer,
    IntegrationSerializer,
    IntegrationUpdateSerializer,
)
from integrations.models import Integration
from integrations.services import integrations as services


class IntegrationViewSet(mixins.ListModelMixin, mixins.RetrieveModelMixin, GenericViewSet):
    """What partners' applications run against the platform; webhooks hang on them."""

    queryset = Integration.objects.all()
    serializer_class = IntegrationSerializer
    filterset_class = IntegrationFilterSet
    ordering_fields = ("created_at", "updated_at", "integration_name")
    required_scopes = {"*": MANAGE}

    @extend_schema(summary="List integrations")
    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Your integrations, newest first."""
        return super().list(request, *args, **kwargs)

    @extend_schema(summary="Get an integration")
    def retrieve(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """One integration."""
        return super().retrieve(request, *args, **kwargs)

    @extend_schema(
        summary="Create an integration", request=IntegrationCreateSerializer, responses={201: IntegrationSerializer}
    )
    def create(self, request: Request) -> Response:
        """Create an active integration of one of your applications."""
        data = self.validated(IntegrationCreateSerializer)
        data.setdefault("environment", self.principal.environment)
        return self.respond(services.create_integration(**data, actor=self.principal), status=201)

    @extend_schema(summary="Replace an integration", request=IntegrationUpdateSerializer)
    def update(self, request: Request, pk: str) -> Response:
        """Replace name, type and configuration; what is left out goes back to its default."""
        return self.change()

    @extend_schema(summary="Change an integration", request=IntegrationUpdateSerializer)
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change the members named."""
        return self.change()

    def change(self) -> Response:
        """Apply the body to the object."""
        integration = self.get_object()
        changes = self.validated(IntegrationUpdateSerializer, instance=integration)
        return self.respond(services.update_integration(integration=integration, **changes, actor=self.principal))

    @extend_schema(summary="Delete an integration")
    def destroy(self, request: Request, pk: str) -> Response:
        """Remove an integration; 409 while webhooks hang on it."""
        services.delete_integration(integration=self.get_object(), actor=self.principal)
        return Response(status=204)

    @without_body(summary="Activate an integration")
    @action(detail=True, methods=["post"])
    def activate(self, request: Request, pk: str) -> Response:
        """Switch it on; its partner's receivers get `integration.connected`."""
        return self.respond(services.activate_integration(integration=self.get_object(), actor=self.principal))

    @without_body(summary="Deactivate an integration")
    @action(detail=True, methods=["post"])
    def deactivate(self, request: Request, pk: str) -> Response:
        """Switch it off; its partner's receivers get `integration.disconnected`."""
        return self.respond(services.deactivate_integration(integration=self.get_object(), actor=self.principal))
