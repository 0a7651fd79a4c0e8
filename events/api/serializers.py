"""Shapes of events on the wire."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from common.api.serializers import ModelSerializer, Serializer
from common.base import Environment
from events.models import EventType, PlatformEvent

MAX_DAYS = 366
LAST_DAY = date(9999, 12, 30)


class EarlierSchemaSerializer(Serializer):
    """A schema that events before were held to."""

    schema_version = serializers.IntegerField()
    payload_schema = serializers.DictField()


class EventTypeSerializer(ModelSerializer):
    """An entry of the catalogue."""

    earlier_schemas = EarlierSchemaSerializer(many=True, read_only=True)

    class Meta:
        model = EventType
        fields = [
            "id",
            "event_name",
            "description",
            "event_category",
            "payload_schema",
            "schema_version",
            "earlier_schemas",
            "example",
            "required_scope",
            "active",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class EventSerializer(ModelSerializer):
    """A stored event. `eventId` is its id as webhooks carry it."""

    event_id = serializers.CharField(source="public_id", read_only=True)
    event = serializers.CharField(source="event_type.event_name", read_only=True)
    event_type_id = serializers.UUIDField(read_only=True)
    payload = serializers.DictField(read_only=True)

    class Meta:
        model = PlatformEvent
        fields = [
            "id",
            "event_id",
            "event",
            "event_type_id",
            "entity_type",
            "entity_id",
            "payload",
            "schema_version",
            "environment",
            "partner_id",
            "is_test",
            "created_at",
        ]
        read_only_fields = fields


class PublishSerializer(Serializer):
    """What a publisher sends."""

    event = serializers.CharField(source="event_name", max_length=100, help_text="Name of an active event type.")
    entity_type = serializers.CharField(max_length=50, help_text="What the event is about, e.g. `lead`.")
    entity_id = serializers.CharField(max_length=100, help_text="Which one.")
    payload = serializers.JSONField(help_text="An object that the event type's schema accepts, at most 256 KiB.")
    environment = serializers.ChoiceField(
        choices=Environment.choices, required=False, help_text="Default: that of the credential."
    )
    partner_id = serializers.UUIDField(
        required=False, allow_null=True, help_text="Address the event to one partner; default: all that may see it."
    )
    idempotency_key = serializers.CharField(
        required=False,
        max_length=255,
        help_text="The same key publishes once, however often it is sent; with another event it is a 422.",
    )


class ReplaySerializer(Serializer):
    """Where to send an event again."""

    webhook_id = serializers.UUIDField(
        source="endpoint_id",
        required=False,
        allow_null=True,
        help_text="One webhook; default: all that take the event.",
    )


class ReplayManySerializer(ReplaySerializer):
    """Which events to send again, and where to."""

    event = serializers.CharField(source="event_name", required=False, max_length=100, help_text="Of this type alone.")
    entity_type = serializers.CharField(required=False, max_length=50)
    entity_id = serializers.CharField(required=False, max_length=100)
    environment = serializers.ChoiceField(choices=Environment.choices, required=False)
    created_after = serializers.DateTimeField(source="since", help_text="Made at this time or later.")
    created_before = serializers.DateTimeField(source="until", required=False, help_text="Made before; default: now.")


class ReplayedSerializer(Serializer):
    """What became of a range."""

    events = serializers.IntegerField(help_text="How many events were sent again.")
    deliveries = serializers.IntegerField(help_text="How many deliveries that made.")


class ReplayedEventSerializer(EventSerializer):
    """An event that was sent again."""

    deliveries = serializers.IntegerField(read_only=True, help_text="How many webhooks it was queued for.")

    class Meta(EventSerializer.Meta):
        fields = [*EventSerializer.Meta.fields, "deliveries"]
        read_only_fields = fields


class PeriodSerializer(Serializer):
    """A range of days, the last 30 by default."""

    start_date = serializers.DateField(required=False, help_text="First day, UTC.")
    end_date = serializers.DateField(required=False, help_text="Last day, UTC.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the default and hold the range to a year."""
        end: date = attrs.get("end_date") or timezone.now().date()
        start: date = attrs.get("start_date") or end - timedelta(days=min(29, (end - date.min).days))
        if end > LAST_DAY:
            raise serializers.ValidationError({"endDate": f"At most {LAST_DAY}."}, code="invalid_range")
        if start > end:
            raise serializers.ValidationError({"startDate": "Must not be after endDate."}, code="invalid_range")
        if (end - start).days >= MAX_DAYS:
            raise serializers.ValidationError({"startDate": f"At most {MAX_DAYS} days."}, code="invalid_range")
        return {"start": start, "end": end}


class EventCountSerializer(Serializer):
    """Events of one type."""

    event = serializers.CharField()
    count = serializers.IntegerField()


class CategoryCountSerializer(Serializer):
    """Events of one category."""

    category = serializers.CharField()
    count = serializers.IntegerField()


class EnvironmentCountSerializer(Serializer):
    """Events of one environment."""

    environment = serializers.CharField()
    count = serializers.IntegerField()


class DayCountSerializer(Serializer):
    """Events of one day."""

    date = serializers.DateField()
    count = serializers.IntegerField()


class EventStatisticsSerializer(Serializer):
    """Counts over a range of days."""

    start_date = serializers.DateField()
    end_date = serializers.DateField()
    total = serializers.IntegerField()
    by_event = EventCountSerializer(many=True)
    by_category = CategoryCountSerializer(many=True)
    by_environment = EnvironmentCountSerializer(many=True)
    by_day = DayCountSerializer(many=True)
