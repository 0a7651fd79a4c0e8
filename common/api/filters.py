"""Filters and ordering from camelCase query parameters; unknown ones are refused."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django_filters.rest_framework import DjangoFilterBackend
from rest_framework import filters
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request

from common.api.casing import camelize, underscore

RESERVED = {"limit", "cursor", "ordering", "page", "pageSize", "format"}


class FilterSet(django_filters.FilterSet):
    """Filter names are declared in snake_case and read in camelCase."""

    def __init__(self, data: Any = None, *args: Any, **kwargs: Any) -> None:
        if data is not None:
            names = {camelize(name): name for name in self.get_filters()}
            if unknown := [name for name in data if name not in names and name not in RESERVED]:
                raise ValidationError(dict.fromkeys(unknown, "This filter is unknown."))
            renamed = data.copy()
            for wire, name in names.items():
                if wire in data and wire != name:
                    renamed.setlist(name, data.getlist(wire))
            data = renamed
        super().__init__(data, *args, **kwargs)


class CamelCaseFilterBackend(DjangoFilterBackend):
    """django-filter, with the wire names in OpenAPI and in errors."""

    filterset_base = FilterSet

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        """The query parameters under their wire names."""
        parameters: list[dict[str, Any]] = super().get_schema_operation_parameters(view)
        return [{**parameter, "name": camelize(parameter["name"])} for parameter in parameters]


class CamelCaseOrderingFilter(filters.OrderingFilter):
    """`?ordering=-createdAt`; a field that cannot be ordered by is refused."""

    def remove_invalid_fields(
        self, queryset: QuerySet[Any], fields: Iterable[str], view: Any, request: Request
    ) -> list[str]:
        """The requested fields as model fields."""
        fields = list(fields)
        names = [underscore(field) for field in fields]
        allowed = {name for name, _ in self.get_valid_fields(queryset, view, {"request": request})}
        for name, wire in zip(names, fields, strict=True):
            if name.lstrip("-") not in allowed:
                choices = ", ".join(sorted(camelize(option) for option in allowed)) or "nothing"
                raise ValidationError({"ordering": f"Cannot order by {wire.lstrip('-')}; choose from {choices}."})
        return names
