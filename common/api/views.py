"""View bases of the API."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

from django.db.models import Model, QuerySet
from django.http import HttpRequest, QueryDict
from drf_spectacular.utils import extend_schema
from rest_framework import viewsets
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.generics import get_object_or_404
from rest_framework.request import Request
from rest_framework.response import Response

from common.api.filters import refuse_unknown_parameters
from common.api.idempotency import IdempotentMixin
from common.api.permissions import Requirement
from common.api.serializers import Serializer
from common.api.versions.views import VersionedMixin
from common.principal import Principal
from common.text import is_storable, printable

INSTANCES: dict[Any, Any] = {}
Handler = TypeVar("Handler", bound=Callable[..., Any])


def shared(made_of: Any) -> Any:
    """The one instance of a class that holds no state of a request."""
    found = INSTANCES.get(made_of)
    if found is None:
        found = INSTANCES[made_of] = made_of()
    return found


class NoBody(Serializer):
    """What is told everything by its path takes: an empty body or an object without members."""


def without_body(**described: Any) -> Callable[[Handler], Handler]:
    """`extend_schema` for an action that takes no body. What is sent to it all the same is refused, not ignored."""

    def mark(handler: Handler) -> Handler:
        handler.takes_body = False  # type: ignore[attr-defined]  # (as DRF marks its own actions)
        return extend_schema(request=None, **described)(handler)

    return mark


class GenericViewSet(IdempotentMixin, VersionedMixin, viewsets.GenericViewSet[Any]):
    """A viewset whose objects are those the caller can see."""

    queryset: QuerySet[Any]
    required_scopes: dict[str, Requirement] = {}
    staff_permissions: dict[str, str | None] = {}

    def get_authenticators(self) -> list[Any]:
        """Authenticators keep nothing between requests: one of each serves them all."""
        return [shared(authenticator) for authenticator in self.authentication_classes]

    def get_permissions(self) -> list[Any]:
        """As above."""
        return [shared(permission) for permission in self.permission_classes]

    def get_renderers(self) -> list[Any]:
        """As above."""
        return [shared(renderer) for renderer in self.renderer_classes]

    def get_parsers(self) -> list[Any]:
        """As above."""
        return [shared(parser) for parser in self.parser_classes]

    def get_content_negotiator(self) -> Any:
        """As above."""
        return shared(self.content_negotiation_class)

    @property
    def default_response_headers(self) -> dict[str, str]:
        """None: `Allow` belongs to 405 and OPTIONS answers, and there is one media type to vary by."""
        return {}

    @property
    def principal(self) -> Principal:
        """The authenticated caller."""
        return cast("Principal", self.request.auth)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """After authentication and permissions, refuse a body where none is taken, and text no column can hold."""
        for name, value in request.query_params.items() if request._request.META.get("QUERY_STRING") else ():
            if not (is_storable(name) and is_storable(str(value))):
                detail = ErrorDetail("Holds a NUL or an unpaired surrogate.", code="invalid_text")
                raise ValidationError({printable(name): [detail]})
        super().initial(request, *args, **kwargs)
        method = str(request._request.method)
        if method == "DELETE" or not getattr(getattr(self, method.lower()), "takes_body", True):
            self.validated(NoBody)

    def get_queryset(self) -> QuerySet[Any]:
        """Rows visible to the caller; another tenant's row is a 404."""
        if getattr(self, "swagger_fake_view", False):
            return self.queryset.none()
        return cast("QuerySet[Any]", self.queryset.all().visible_to(self.principal))  # type: ignore[attr-defined]  # (of our own QuerySets)

    def get_object(self) -> Any:
        """The object of this path; the filters of the list do not apply to it."""
        key = self.kwargs[self.lookup_url_kwarg or self.lookup_field]
        found = get_object_or_404(self.get_queryset(), **{self.lookup_field: key})
        self.check_object_permissions(self.request, found)
        return found

    def respond(self, instance: Model, *, status: int = 200, location: str | None = None) -> Response:
        """The object as the view's default serializer shows it; a created one (201) with its `Location`."""
        if status == 201 and location is None:
            location = f"{self.request.path}/{instance.pk}"
        headers = {"Location": location} if location else None
        serializer_class = self.serializer_class or self.get_serializer_class()
        serializer = serializer_class(instance, context=self.get_serializer_context())
        return Response(serializer.data, status=status, headers=headers)

    def validated(self, serializer_class: type[Any], **kwargs: Any) -> dict[str, Any]:
        """The request body as keyword arguments for a service; raises ValidationError.

        PATCH takes the fields it names. PUT replaces: an optional field it leaves out goes back to its default.
        """
        kwargs.setdefault("partial", self.request.method == "PATCH")
        exact = not isinstance(self.request.data, QueryDict)  # a form has nothing but text
        context = {**self.get_serializer_context(), "exact_types": exact}
        serializer = serializer_class(data=self.request.data, context=context, **kwargs)
        serializer.is_valid(raise_exception=True)
        data: dict[str, Any] = dict(serializer.validated_data)
        if self.request.method == "PUT" and self.action == "update" and hasattr(serializer, "reset_values"):
            data = {**serializer.reset_values(), **data}
        return data

    def validated_query(self, serializer_class: type[Any]) -> dict[str, Any]:
        """The query parameters as keyword arguments; raises ValidationError, also for unknown ones."""
        serializer = serializer_class(data=self.request.query_params.dict(), context=self.get_serializer_context())
        refuse_unknown_parameters(self.request, serializer.fields)
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)

    def options(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Response:
        """The methods of this path, in `Allow`."""
        return Response(status=204, headers={"Allow": ", ".join(self.allowed_methods)})
