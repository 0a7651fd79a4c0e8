"""The catalogue, which administrators extend, and the log, which nobody edits."""

from __future__ import annotations

import json
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from common.errors import InvalidError
from common.json_field import StrictJSONField
from events.catalogue import STANDARD_EVENTS
from events.models import EventType, PlatformEvent
from events.services.catalogue import check_event_type, save_event_type

SCHEMA_FIELDS = ["schema_version", "earlier_schemas"]
STANDARD_NAMES = frozenset(event.name for event in STANDARD_EVENTS)


def pretty(value: Any) -> str:
    """JSON for people, escaped."""
    return format_html(
        '<pre class="whitespace-pre-wrap font-mono">{}</pre>', json.dumps(value, indent=2, ensure_ascii=False)
    )


class EventTypeForm(forms.ModelForm[EventType]):
    """Holds a custom type to what publishing will ask of it."""

    class Meta:
        model = EventType
        fields = [
            "event_name",
            "description",
            "event_category",
            "required_scope",
            "active",
            "payload_schema",
            "example",
        ]
        field_classes = dict.fromkeys(("payload_schema", "example"), StrictJSONField)
        widgets = {
            name: UnfoldAdminTextareaWidget(attrs={"rows": 18, "class": "font-mono", "spellcheck": "false"})
            for name in ("payload_schema", "example")
        }

    def clean(self) -> dict[str, Any]:
        """The name can be sent, the schema compiles and takes the example."""
        data = super().clean() or {}
        if self.errors or "payload_schema" not in data:
            return data
        try:
            check_event_type(
                event_name=data.get("event_name", self.instance.event_name),
                payload_schema=data["payload_schema"],
                example=data["example"],
            )
        except InvalidError as error:
            self.add_error(error.field, error.message)
        return data


@admin.register(EventType)
class EventTypeAdmin(ModelAdmin):
    """Standard types are the product's: only whether they are active is an administrator's choice."""

    form = EventTypeForm
    list_display = ["event_name", "event_category", "required_scope", "schema_version", "active"]
    list_filter = ["event_category", "active"]
    search_fields = ["event_name", "description"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[EventType]:
        """With the schemas before."""
        return EventType.objects.with_schemas()

    def get_fields(self, request: HttpRequest, obj: EventType | None = None) -> list[str]:
        """What can be typed in; of a stored type its version and the schemas before as well."""
        return [*EventTypeForm.Meta.fields, *(SCHEMA_FIELDS if obj else [])]

    def get_readonly_fields(self, request: HttpRequest, obj: EventType | None = None) -> list[str]:
        """Everything but `active` of a standard type; the name of any stored one."""
        if obj is None:
            return []
        if obj.event_name in STANDARD_NAMES:
            return [*(name for name in EventTypeForm.Meta.fields if name != "active"), *SCHEMA_FIELDS]
        return ["event_name", *SCHEMA_FIELDS]

    @admin.display(description="Earlier schemas")
    def earlier_schemas(self, event_type: EventType) -> str:
        """By version."""
        return pretty({state.schema_version: state.payload_schema for state in event_type.earlier_schemas})

    def save_model(self, request: HttpRequest, obj: EventType, form: Any, change: bool) -> None:  # noqa: FBT001 (Django's signature)
        """Through the service."""
        save_event_type(event_type=obj)

    def has_delete_permission(self, request: HttpRequest, obj: EventType | None = None) -> bool:
        """Types are retired, not deleted: stored events point to them."""
        return False


@admin.register(PlatformEvent)
class PlatformEventAdmin(ModelAdmin):
    """The log."""

    list_display = ["event_id", "event_type", "entity_type", "entity_id", "environment", "is_test", "created_at"]
    list_filter = ["environment", "is_test", "event_type__event_category"]
    search_fields = ["=id", "=entity_id"]
    list_select_related = ["event_type"]
    show_full_result_count = False
    fields = [
        "event_id",
        "event_type",
        "entity_type",
        "entity_id",
        "environment",
        "partner_id",
        "is_test",
        "schema_version",
        "created_at",
        "payload_text",
    ]
    readonly_fields = fields

    @admin.display(description="Event ID", ordering="id")
    def event_id(self, event: PlatformEvent) -> str:
        """As on the wire."""
        return event.public_id

    @admin.display(description="Payload")
    def payload_text(self, event: PlatformEvent) -> str:
        """The payload, indented."""
        return pretty(event.payload)

    def get_queryset(self, request: HttpRequest) -> QuerySet[PlatformEvent]:
        """With the type's name."""
        events: QuerySet[PlatformEvent] = super().get_queryset(request)
        return events.select_related("event_type")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Events are published, not typed in."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: PlatformEvent | None = None) -> bool:
        """The log is append-only."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: PlatformEvent | None = None) -> bool:
        """The log is append-only."""
        return False
