"""Filters and ordering from camelCase query parameters; unknown ones are refused."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

import django_filters
from django.core.exceptions import FieldDoesNotExist
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import filters
from rest_framework.exceptions import ErrorDetail, ValidationError
from rest_framework.request import Request

from common.api.casing import camelize, underscore

PAGING = frozenset({"limit", "cursor", "ordering"})


def refuse_unknown_parameters(request: Request, known: Iterable[str]) -> None:
    """Raise ValidationError for a query parameter that is not one of `known`: a misspelt filter must not be ignored."""
    known = set(known)
    if unknown := [name for name in request.query_params if name not in known]:
        detail = ErrorDetail("This query parameter is unknown.", code="unknown_parameter")
        raise ValidationError({name: [detail] for name in unknown})


class FilterSet(django_filters.FilterSet):
    """Filter names are declared in snake_case and read in camelCase."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None:
            renamed = data.copy()
            for name in self.get_filters():
                wire_name = camelize(name)
                if wire_name != name:
                    renamed.pop(name, None)
                    if wire_name in data:
                        renamed.setlist(name, data.getlist(wire_name))
            data = renamed
        super().__init__(data, *args, **kwargs)

    def filter_queryset(self, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """Times go to the database in UTC: PostgreSQL refuses offsets that RFC 3339 allows."""
        for name, value in self.form.cleaned_data.items():
            if isinstance(value, datetime):
                try:
                    self.form.cleaned_data[name] = value.astimezone(UTC)
                except OverflowError:
                    detail = ErrorDetail("This time is out of range.", code="out_of_range")
                    raise ValidationError({camelize(name): [detail]}) from None
        filtered: QuerySet[Any] = super().filter_queryset(queryset)
        return filtered


@extend_schema_field(OpenApiTypes.BOOL)
class BooleanFilter(django_filters.TypedChoiceFilter):
    """`true` or `false`; anything else is refused rather than ignored."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        choices = [("true", "true"), ("false", "false")]
        super().__init__(*args, choices=choices, coerce=lambda value: value == "true", **kwargs)


class CreatedRangeFilterSet(FilterSet):
    """`createdAfter` (inclusive) and `createdBefore` (exclusive), RFC 3339 times or dates."""

    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")


class CamelCaseFilterBackend(DjangoFilterBackend):
    """django-filter under wire names. A view may name further parameters it reads itself in `query_parameters`."""

    filterset_base = FilterSet

    def filter_queryset(self, request: Request, queryset: QuerySet[Any], view: Any) -> QuerySet[Any]:
        """Apply the filters; raises ValidationError for unknown parameters and bad values."""
        filterset_class = self.get_filterset_class(view, queryset)
        names = filterset_class.base_filters if filterset_class else ()
        paging = getattr(view.paginator, "parameters", PAGING)
        refuse_unknown_parameters(request, {*map(camelize, names), *paging, *getattr(view, "query_parameters", ())})
        filtered: QuerySet[Any] = super().filter_queryset(request, queryset, view)
        return filtered


class CamelCaseOrderingFilter(filters.OrderingFilter):
    """`?ordering=-createdAt`; a field that cannot be ordered by is refused.

    A view names its `ordering_fields`; one that names none can be ordered by the times every row carries. Where an id
    holds the time a row was made, its `ordering_aliases` say so, and the primary key serves.
    """

    def get_default_valid_fields(
        self, queryset: QuerySet[Any], view: Any, context: Any = None
    ) -> list[tuple[str, Any]]:
        """The times the model has."""
        return [(name, name) for name in ("created_at", "updated_at") if has_field(queryset, name)]

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: Iterable[str], view: Any, request: Request
    ) -> list[str]:
        """The requested fields as model fields."""
        wires = [field for field in fields if field]
        names = [underscore(wire) for wire in wires]
        allowed = {name for name, _ in self.get_valid_fields(queryset, view, {"request": request})}
        choices = ", ".join(sorted(camelize(option) for option in allowed)) or "nothing"
        for name, wire in zip(names, wires, strict=True):
            if name.removeprefix("-") not in allowed or "_" in wire:
                message = f"Cannot order by {wire.removeprefix('-')}; choose from {choices}."
                raise ValidationError({"ordering": [ErrorDetail(message, code="invalid_choice")]})
        aliases: dict[str, str] = getattr(view, "ordering_aliases", {})
        return [
            f"{'-' if name.startswith('-') else ''}{aliases[plain]}" if (plain := name.lstrip("-")) in aliases else name
            for name in names
        ]


def has_field(queryset: QuerySet[Any], name: str) -> bool:
    """Whether the rows have a column of that name."""
    try:
        queryset.model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True
