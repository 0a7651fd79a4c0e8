"""Endpoints and deliveries on the wire."""

from __future__ import annotations

from typing import Any

from django.utils import timezone
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from common.api.serializers import BoundedDateTimeField, FixedUUIDField, ModelSerializer, Serializer, VisibleObjectField
from common.http import parse_headers
from integrations.models import Integration
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.payload import public_id
from webhooks.selectors import DAY, attempt_body, may_read_bodies
from webhooks.services.endpoints import MAX_SUBSCRIPTIONS
from webhooks.services.secrets import DEFAULT_OVERLAP_HOURS, MAX_OVERLAP_HOURS


class PreviousSecretSerializer(Serializer):
    """An earlier secret that still signs."""

    expires_at = serializers.DateTimeField()


class WebhookSerializer(ModelSerializer):
    """An endpoint. Its secret is not here: create and rotate show it, and the portal."""

    integration_id = serializers.UUIDField(read_only=True)
    partner_id = serializers.UUIDField(read_only=True)
    ownership_status = serializers.ChoiceField(
        choices=["not_required", "pending", "failed", "verified"], read_only=True
    )
    custom_header_names = serializers.SerializerMethodField()
    previous_secrets = PreviousSecretSerializer(
        source="signing_besides", many=True, read_only=True, help_text="Earlier secrets that still sign, newest first."
    )
    previous_secret_expires_at = serializers.DateTimeField(
        source="overlap_ends_at", allow_null=True, read_only=True, help_text="When the last of those stops signing."
    )

    class Meta:
        model = WebhookEndpoint
        fields = [
            "id",
            "integration_id",
            "partner_id",
            "endpoint_url",
            "description",
            "subscribed_events",
            "active",
            "disabled_reason",
            "environment",
            "custom_header_names",
            "payload_filter",
            "field_mapping",
            "max_in_flight",
            "max_per_second",
            "ordered",
            "ownership_status",
            "ownership_error",
            "verified_at",
            "failing_since",
            "secret_rotated_at",
            "previous_secrets",
            "previous_secret_expires_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "array", "items": {"type": "string"}})
    def get_custom_header_names(self, endpoint: WebhookEndpoint) -> list[str]:
        """Names alone: the values are credentials more often than not."""
        return sorted(endpoint.custom_headers)


class NewWebhookSerializer(WebhookSerializer):
    """An endpoint just registered, with its secret."""

    class Meta(WebhookSerializer.Meta):
        fields = [*WebhookSerializer.Meta.fields, "webhook_secret"]
        read_only_fields = fields


class WebhookInput(Serializer):
    """What an owner decides."""

    endpoint_url = serializers.CharField(max_length=2000)
    subscribed_events = serializers.ListField(
        child=serializers.CharField(max_length=100), min_length=1, max_length=MAX_SUBSCRIPTIONS
    )
    description = serializers.CharField(default="", allow_blank=True, max_length=200)
    active = serializers.BooleanField(default=True)
    custom_headers = serializers.DictField(child=serializers.CharField(max_length=1024), default=dict)
    payload_filter = serializers.DictField(default=dict)
    field_mapping = serializers.DictField(default=dict)
    max_in_flight = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=1,
        max_value=1000,
        help_text="Requests at once, per delivery process; null: the platform's default.",
    )
    max_per_second = serializers.IntegerField(
        default=None,
        allow_null=True,
        min_value=1,
        max_value=1000,
        help_text="Requests per second, per delivery process; null: no limit.",
    )
    ordered = serializers.BooleanField(default=False)


class WebhookCreateInput(WebhookInput):
    """The same, and the integration it belongs to."""

    integration_id = VisibleObjectField(
        source="integration", queryset=Integration.objects.select_related("application")
    )


class WebhookUpdateInput(WebhookInput):
    """The same, with the integration as it is."""

    integration_id = FixedUUIDField()


class TestInput(Serializer):
    """Which event's example to send."""

    event = serializers.CharField(default="", allow_blank=True, max_length=100)


class RotateInput(Serializer):
    """How long the secret that is replaced still signs."""

    overlap_hours = serializers.IntegerField(default=DEFAULT_OVERLAP_HOURS, min_value=0, max_value=MAX_OVERLAP_HOURS)


class RotatedSecretSerializer(Serializer):
    """The fresh secret."""

    webhook_secret = serializers.CharField()
    previous_secret_expires_at = serializers.DateTimeField(
        allow_null=True, help_text="When the secret that was just replaced stops signing; null: at once."
    )
    previous_secrets = PreviousSecretSerializer(many=True, help_text="Every earlier secret that still signs.")


class DeliverySerializer(ModelSerializer):
    """A delivery."""

    webhook_id = serializers.UUIDField(source="endpoint_id", read_only=True)
    event_id = serializers.UUIDField(read_only=True)
    message_id = serializers.SerializerMethodField()
    event = serializers.CharField(source="event_name", read_only=True)
    event_archived = serializers.SerializerMethodField()

    class Meta:
        model = WebhookDelivery
        fields = [
            "id",
            "webhook_id",
            "event_id",
            "message_id",
            "event",
            "event_archived",
            "kind",
            "status",
            "attempt_number",
            "attempt_limit",
            "response_status",
            "last_error",
            "next_retry_at",
            "delivered_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_message_id(self, delivery: WebhookDelivery) -> str:
        """The event's id as the receiver sees it."""
        return public_id(delivery.event_id)

    def get_event_archived(self, delivery: WebhookDelivery) -> bool:
        """Whether its event has left the database: what was sent cannot be shown or sent again until it is restored."""
        return delivery.stored_event is None


class AttemptSerializer(ModelSerializer):
    """One request and its answer."""

    request_headers = serializers.SerializerMethodField()
    request_body = serializers.SerializerMethodField()
    response_headers = serializers.SerializerMethodField()
    response_body = serializers.SerializerMethodField()

    class Meta:
        model = WebhookAttempt
        fields = [
            "id",
            "attempt_number",
            "started_at",
            "duration_ms",
            "request_url",
            "request_headers",
            "request_body",
            "response_status",
            "response_headers",
            "response_body",
            "error",
            "error_detail",
            "succeeded",
        ]
        read_only_fields = fields

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_request_headers(self, attempt: WebhookAttempt) -> dict[str, str]:
        """By lower-case name."""
        return parse_headers(attempt.request_headers)

    @extend_schema_field({"type": "object", "additionalProperties": {"type": "string"}})
    def get_response_headers(self, attempt: WebhookAttempt) -> dict[str, str]:
        """By lower-case name."""
        return parse_headers(attempt.response_headers)

    def get_request_body(self, attempt: WebhookAttempt) -> str:
        """As it was sent; empty when the event is archived, and for people who may not read events."""
        return (attempt_body(attempt, self.context["delivery"]) or "") if self.context["bodies"] else ""

    def get_response_body(self, attempt: WebhookAttempt) -> str:
        """The first 16 KiB of what came back; empty for people who may not read events."""
        return attempt.response_body if self.context["bodies"] else ""


class DeliveryDetailSerializer(DeliverySerializer):
    """A delivery with its attempts."""

    attempts = serializers.SerializerMethodField()

    class Meta(DeliverySerializer.Meta):
        fields = [*DeliverySerializer.Meta.fields, "attempts"]
        read_only_fields = fields

    @extend_schema_field(AttemptSerializer(many=True))
    def get_attempts(self, delivery: WebhookDelivery) -> Any:
        """Oldest first."""
        context = {"delivery": delivery, "bodies": may_read_bodies(self.context["request"].auth)}
        return AttemptSerializer(delivery.attempts.all(), many=True, context=context).data


class WindowSerializer(Serializer):
    """A span of time, the last 24 hours by default."""

    since = serializers.DateTimeField(required=False, help_text="Default: 24 hours before `until`.")
    until = BoundedDateTimeField(required=False, help_text="Default: now.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Fill in the defaults."""
        until = attrs.get("until") or timezone.now()
        since = attrs.get("since") or until - DAY
        if since >= until:
            raise serializers.ValidationError({"since": "Expected a time before until."}, code="invalid_range")
        return {"since": since, "until": until}


class PercentilesSerializer(Serializer):
    """Milliseconds."""

    p50 = serializers.FloatField(allow_null=True)
    p95 = serializers.FloatField(allow_null=True)
    p99 = serializers.FloatField(allow_null=True)


class CauseSerializer(Serializer):
    """How often a cause of failure was met."""

    cause = serializers.CharField()
    count = serializers.IntegerField()


class StatisticsSerializer(Serializer):
    """What became of the deliveries made between two times."""

    since = serializers.DateTimeField()
    until = serializers.DateTimeField()
    total = serializers.IntegerField()
    delivered = serializers.IntegerField()
    failed = serializers.IntegerField()
    pending = serializers.IntegerField()
    attempts = serializers.IntegerField()
    success_rate = serializers.FloatField(allow_null=True)
    failure_rate = serializers.FloatField(allow_null=True)
    retry_rate = serializers.FloatField(allow_null=True)
    delivery_time_ms = PercentilesSerializer()
    failures_by_cause = CauseSerializer(many=True)
    oldest_undelivered_at = serializers.DateTimeField(allow_null=True)
