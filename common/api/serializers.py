"""Serializer bases: camelCase field names, unknown fields refused, PUT replaces."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn

from django.core.exceptions import FieldDoesNotExist
from django.db import models
from rest_framework import serializers
from rest_framework.fields import SkipField, empty

from common.api.casing import camelize
from common.errors import UnknownObjectError

EARLIEST, LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9999, 12, 30, tzinfo=UTC)
APP_ALIAS = {"applicationId": "appId"}  # responses say appId everywhere

AnyField = serializers.Field[Any, Any, Any, Any]

# What a body has to hold for these fields. A whole number may be written 5.0, which JSON does not tell from 5.
JSON_TYPES: dict[type[AnyField], tuple[type, ...]] = {
    serializers.BooleanField: (bool,),
    serializers.CharField: (str,),
    serializers.FloatField: (int, float),
    serializers.IntegerField: (int, float),
    serializers.UUIDField: (str,),
}


class BoundedDateTimeField(serializers.DateTimeField):
    """A time that others are reckoned from, so with room around it, and that an id can hold."""

    default_error_messages = {"out_of_range": "This time is out of range."}

    def to_internal_value(self, value: Any) -> datetime:
        """The time; refuses one that is too near to the ends of what there is."""
        moment: datetime = super().to_internal_value(value)
        if not EARLIEST <= moment <= LATEST:
            self.fail("out_of_range")
        return moment


class FixedMixin(serializers.Field[Any, Any, Any, Any]):
    """A field set at creation. An update may repeat it, so that what was read can be sent back; it cannot change it.

    The view passes the object: `self.validated(SomeInput, instance=found)`.
    """

    default_error_messages = {"fixed": "This is set at creation and cannot be changed."}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def to_internal_value(self, data: Any) -> Any:
        """Compare, and leave it out of the changes."""
        given = super().to_internal_value(data)
        if given != getattr(self.parent.instance, str(self.source)):
            self.fail("fixed")
        raise SkipField


class FixedUUIDField(FixedMixin, serializers.UUIDField):
    """An id set at creation."""


class FixedChoiceField(FixedMixin, serializers.ChoiceField):
    """A choice made at creation."""


class CamelCaseMixin(serializers.Serializer[Any]):
    """Renames the declared snake_case fields to camelCase, so input, output, errors and OpenAPI agree.

    Keys inside free-form JSON fields are values, not fields, and are never renamed. `aliases` are second names a client
    may use in a request: alias to field, both as on the wire.
    """

    aliases: Mapping[str, str] = {}

    def get_fields(self) -> dict[str, AnyField]:
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
            data = self.without_aliases(data)
            writable = {field.field_name for field in self._writable_fields}
            unknown = [str(name) for name in data if name not in writable]
            if unknown:
                raise serializers.ValidationError({name: [self.refusal(name)] for name in unknown})
            if self.context.get("exact_types"):
                self.refuse_wrong_types(data)
        return super().to_internal_value(data)

    def refuse_wrong_types(self, data: Mapping[Any, Any]) -> None:
        """Raise for what DRF would convert, as forms need it: JSON has numbers and booleans of its own."""
        errors = {}
        for field in self._writable_fields:
            value = data.get(field.field_name)
            for kind, expected in JSON_TYPES.items():
                if isinstance(field, kind) and value is not None and not isinstance(value, expected):
                    message = field.error_messages["invalid"].format(value=value)
                    errors[str(field.field_name)] = [serializers.ErrorDetail(message, code="invalid")]
        if errors:
            raise serializers.ValidationError(errors)

    def without_aliases(self, data: Mapping[Any, Any]) -> Mapping[Any, Any]:
        """`data` under the names of the fields; a field given under both names has to say the same."""
        used = {alias: name for alias, name in self.aliases.items() if alias in data}
        for alias, name in used.items():
            if name in data and data[name] != data[alias]:
                message = f"{alias} is another name of {name}; give one of them."
                raise serializers.ValidationError({alias: [serializers.ErrorDetail(message, code="ambiguous")]})
        return {used.get(name, name): value for name, value in data.items()} if used else data

    def refusal(self, name: str) -> serializers.ErrorDetail:
        """Why `name` is not accepted."""
        if name in self.fields:
            return serializers.ErrorDetail("This field is read-only.", code="read_only")
        return serializers.ErrorDetail("This field is unknown.", code="unknown_field")

    def reset_values(self) -> dict[str, Any]:
        """What a PUT that leaves out optional fields sets them to, by source: each one's default, else its empty value.

        A field with neither (optional, not nullable, no default) is not in the answer and stays as it is.
        """
        values = {}
        for field in self._writable_fields:
            name = str(field.source)
            if field.required or "." in name or name == "*" or isinstance(field, FixedMixin):
                continue
            value = self.reset_value(name, field)
            if value is not empty:
                values[name] = value
        return values

    def reset_value(self, name: str, field: AnyField) -> Any:
        """The default of one optional field, or `empty`."""
        if field.default is not empty:
            return empty  # DRF has filled it in already
        if field.allow_null:
            return None
        if isinstance(field, serializers.CharField) and field.allow_blank:
            return ""
        return empty


class Serializer(CamelCaseMixin, serializers.Serializer[Any]):
    """Base of hand-written serializers."""


class ModelSerializer(CamelCaseMixin, serializers.ModelSerializer[Any]):
    """Base of model serializers."""

    def reset_value(self, name: str, field: AnyField) -> Any:
        """The model field's default comes first."""
        model: Any = self.Meta.model
        try:
            model_field = model._meta.get_field(name)
        except FieldDoesNotExist:
            return super().reset_value(name, field)
        if isinstance(model_field, models.Field) and model_field.has_default():
            return model_field.get_default()
        return super().reset_value(name, field)


class VisibleObjectField(serializers.PrimaryKeyRelatedField[Any]):
    """An object named by its id, among those the caller can see: another tenant's does not exist."""

    default_error_messages = {UnknownObjectError.CODE: UnknownObjectError.MESSAGE}

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(pk_field=serializers.UUIDField(), **kwargs)

    def get_queryset(self) -> Any:
        """The visible ones."""
        queryset: Any = super().get_queryset()
        return queryset.visible_to(self.context["request"].auth)

    def fail(self, key: str, **kwargs: Any) -> NoReturn:
        """Under the code that services use."""
        super().fail(UnknownObjectError.CODE if key == "does_not_exist" else key, **kwargs)
