"""Serializer bases: camelCase field names, unknown fields refused."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework import serializers

from common.api.casing import camelize


class CamelCaseMixin(serializers.Serializer[Any]):
    """Renames the declared snake_case fields to camelCase, so input, output, errors and OpenAPI agree.

    Keys inside free-form JSON fields are values, not fields, and are never renamed.
    """

    def get_fields(self) -> dict[str, serializers.Field[Any, Any, Any, Any]]:
        """The declared fields under their wire names, each still reading and writing its snake_case source."""
        renamed = {}
        for name, field in super().get_fields().items():
            wire_name = camelize(name)
            if wire_name != name:
                if isinstance(field, serializers.SerializerMethodField):
                    field.method_name = field.method_name or f"get_{name}"
                elif field.source is None:
                    field.source = name
                if validate := getattr(self, f"validate_{name}", None):
                    setattr(self, f"validate_{wire_name}", validate)
            renamed[wire_name] = field
        return renamed

    def to_internal_value(self, data: Any) -> Any:
        """Validate, refusing fields this serializer does not declare (or that are read-only)."""
        if isinstance(data, Mapping):
            writable = {field.field_name for field in self._writable_fields}
            unknown = [name for name in data if name not in writable]
            if unknown:
                raise serializers.ValidationError(
                    {
                        str(name): [serializers.ErrorDetail(self.refusal(str(name)), code="unknown_field")]
                        for name in unknown
                    }
                )
        return super().to_internal_value(data)

    def refusal(self, name: str) -> str:
        """Why `name` is not accepted."""
        return "This field is read-only." if name in self.fields else "This field is unknown."


class Serializer(CamelCaseMixin, serializers.Serializer[Any]):
    """Base of hand-written serializers."""


class ModelSerializer(CamelCaseMixin, serializers.ModelSerializer[Any]):
    """Base of model serializers."""
