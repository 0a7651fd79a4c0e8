"""Shapes of integrations on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from applications.models import PartnerApplication
from common.api.serializers import (
    APP_ALIAS,
    FixedChoiceField,
    FixedUUIDField,
    ModelSerializer,
    VisibleObjectField,
)
from common.base import Environment
from integrations.models import Integration

MANAGE = "manage:integrations"


class IntegrationSerializer(ModelSerializer):
    """An integration. Its configuration, which may hold credentials, is shown to those who may change it."""

    app_id = serializers.UUIDField(source="application_id", read_only=True)
    partner_id = serializers.UUIDField(read_only=True)
    config = serializers.SerializerMethodField(help_text="Free-form; null for callers without manage:integrations.")

    class Meta:
        model = Integration
        fields = [
            "id",
            "partner_id",
            "app_id",
            "integration_name",
            "integration_type",
            "status",
            "health_status",
            "environment",
            "config",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields

    def get_config(self, integration: Integration) -> dict[str, Any] | None:
        """The configuration, or None for callers who may only look."""
        return integration.config if self.context["request"].auth.has_scope(MANAGE) else None


class IntegrationInput(ModelSerializer):
    """What an owner decides."""

    config = serializers.DictField(required=False, default=dict, help_text="Free-form; encrypted at rest.")

    class Meta:
        model = Integration
        fields = ["integration_name", "integration_type", "config"]


class IntegrationUpdateSerializer(IntegrationInput):
    """What can be changed, beside what cannot, as it is."""

    aliases = APP_ALIAS
    app_id = FixedUUIDField(source="application_id")
    partner_id = FixedUUIDField()
    environment = FixedChoiceField(choices=Environment.choices)

    class Meta(IntegrationInput.Meta):
        fields = ["app_id", "partner_id", *IntegrationInput.Meta.fields, "environment"]


class IntegrationCreateSerializer(IntegrationInput):
    """A new integration."""

    aliases = APP_ALIAS
    app_id = VisibleObjectField(
        source="application",
        queryset=PartnerApplication.objects.all(),
        help_text="The application it belongs to.",
    )
    environment = serializers.ChoiceField(
        choices=Environment.choices, required=False, help_text="Default: that of the credential."
    )

    class Meta(IntegrationInput.Meta):
        fields = ["app_id", *IntegrationInput.Meta.fields, "environment"]
