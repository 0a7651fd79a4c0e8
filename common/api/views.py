"""View bases of the API."""

from __future__ import annotations

from typing import Any, cast

from django.db.models import Model, QuerySet
from rest_framework import viewsets
from rest_framework.response import Response

from common.api.idempotency import IdempotentMixin
from common.principal import Principal


class GenericViewSet(IdempotentMixin, viewsets.GenericViewSet[Any]):
    """A viewset whose objects are those the caller can see."""

    queryset: QuerySet[Any]
    required_scopes: dict[str, str | None] = {}

    @property
    def principal(self) -> Principal:
        """The authenticated caller."""
        return cast("Principal", self.request.auth)

    def get_queryset(self) -> QuerySet[Any]:
        """Rows visible to the caller; another tenant's row is a 404."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()
        return cast("QuerySet[Any]", self.queryset.all().visible_to(self.principal))  # type: ignore[attr-defined]

    def respond(self, instance: Model, *, status: int = 200, location: str | None = None) -> Response:
        """The object as the view's default serializer shows it."""
        headers = {"Location": location} if location else None
        serializer = self.serializer_class(instance, context=self.get_serializer_context())  # type: ignore[misc]
        return Response(serializer.data, status=status, headers=headers)

    def validated(self, serializer_class: type[Any], **kwargs: Any) -> dict[str, Any]:
        """The request body as keyword arguments for a service; raises ValidationError."""
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context(), **kwargs)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = serializer.validated_data
        return data
