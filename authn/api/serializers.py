"""The wire form of API keys."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from authn.models import ApiKey
from authn.services.keys import DEFAULT_OVERLAP_HOURS, MAX_NETWORKS, OVERLAP_HOURS
from common.api.serializers import APP_ALIAS, ModelSerializer, Serializer
from common.base import Environment

MAX_RATE_LIMIT = 2_147_483_647


class ApiKeySerializer(ModelSerializer):
    """A key, without the key."""

    app_id = serializers.UUIDField(source="application_id", allow_null=True, read_only=True)
    partner_id = serializers.UUIDField(allow_null=True, read_only=True)
    successor_id = serializers.UUIDField(allow_null=True, read_only=True)
    status = serializers.ChoiceField(choices=ApiKey.Status.choices, source="current_status", read_only=True)

    class Meta:
        model = ApiKey
        fields = [
            "id",
            "partner_id",
            "app_id",
            "name",
            "key_prefix",
            "last_four",
            "scopes",
            "rate_limit",
            "status",
            "environment",
            "allowed_networks",
            "expires_at",
            "overlap_ends_at",
            "successor_id",
            "revoked_reason",
            "last_used_at",
            "request_count",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class IssuedKeySerializer(ApiKeySerializer):
    """A new key with `fullKey`: the only answer that holds it."""

    full_key = serializers.SerializerMethodField(help_text="Shown once: store it now.")

    class Meta(ApiKeySerializer.Meta):
        fields = [*ApiKeySerializer.Meta.fields, "full_key"]

    def get_full_key(self, api_key: ApiKey) -> str:
        """The key of the answer at hand."""
        full_key: str = self.context["full_key"]
        return full_key


class ScopesField(serializers.ListField):
    """A list of scope names."""

    child = serializers.CharField(max_length=50)

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(max_length=50, **kwargs)


class GenerateKeySerializer(Serializer):
    """The request for a new key."""

    aliases = APP_ALIAS
    partner_id = serializers.UUIDField(required=False, help_text="Your own partner; staff name any.")
    app_id = serializers.UUIDField()
    scopes = ScopesField()
    rate_limit = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=MAX_RATE_LIMIT)
    name = serializers.CharField(required=False, allow_blank=True, max_length=100)
    environment = serializers.ChoiceField(choices=Environment.choices, required=False)
    expires_at = serializers.DateTimeField(required=False, allow_null=True)
    allowed_networks = serializers.ListField(
        child=serializers.CharField(max_length=43), required=False, max_length=MAX_NETWORKS
    )


class RotateKeySerializer(Serializer):
    """How long the old key goes on working."""

    overlap_hours = serializers.ChoiceField(choices=OVERLAP_HOURS, default=DEFAULT_OVERLAP_HOURS)


class UpdateScopesSerializer(Serializer):
    """The new scopes."""

    scopes = ScopesField()


class UpdateRateLimitSerializer(Serializer):
    """The new limit, in requests per hour."""

    rate_limit = serializers.IntegerField(min_value=1, max_value=MAX_RATE_LIMIT)
