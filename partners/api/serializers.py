"""Partners, contacts and members on the wire."""

from __future__ import annotations

from typing import Any

from rest_framework import serializers

from common.api.serializers import ModelSerializer, Serializer
from partners.models import Partner, PartnerContact


class PartnerSerializer(ModelSerializer):
    """A partner."""

    country = serializers.CharField(source="country.code", read_only=True, help_text="ISO 3166-1 alpha-2.")
    tier_requested = serializers.ChoiceField(
        [*Partner.Tier.choices, ("", "None")], read_only=True, help_text="Waits for a second person to confirm it."
    )

    class Meta:
        model = Partner
        fields = [
            "id",
            "partner_name",
            "partner_type",
            "status",
            "tier",
            "tier_requested",
            "website",
            "description",
            "legal_name",
            "registration_number",
            "tax_id",
            "country",
            "street",
            "postal_code",
            "city",
            "region",
            "support_email",
            "phone",
            "suspension_reason",
            "suspended_at",
            "activated_at",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


def optional(limit: int, **kwargs: Any) -> serializers.CharField:
    """Text that PUT empties when it is left out."""
    return serializers.CharField(max_length=limit, allow_blank=True, default="", **kwargs)


class PartnerWriteSerializer(Serializer):
    """What POST, PUT and PATCH take. The status changes by actions alone."""

    partner_name = serializers.CharField(max_length=200)
    partner_type = serializers.ChoiceField(Partner.Type.choices)
    tier = serializers.ChoiceField(Partner.Tier.choices, required=False, help_text="Staff alone.")
    website = serializers.URLField(max_length=200, allow_blank=True, default="")
    description = optional(2000)
    legal_name = optional(200)
    registration_number = optional(50)
    tax_id = optional(30, help_text="EIN or VAT ID, checked by its country's rule.")
    country = optional(2, help_text="ISO 3166-1 alpha-2.")
    street = optional(200)
    postal_code = optional(20)
    city = optional(100)
    region = optional(100)
    support_email = serializers.EmailField(max_length=254, allow_blank=True, default="")
    phone = optional(40)


class SuspendSerializer(Serializer):
    """Why."""

    reason = serializers.CharField(max_length=2000)


class ContactSerializer(ModelSerializer):
    """A contact."""

    class Meta:
        model = PartnerContact
        fields = [
            "id",
            "partner_id",
            "contact_name",
            "email",
            "phone",
            "role",
            "is_primary",
            "created_at",
            "updated_at",
        ]
        read_only_fields = fields


class ContactWriteSerializer(Serializer):
    """What POST and PUT take."""

    contact_name = serializers.CharField(max_length=150)
    email = serializers.EmailField(max_length=254)
    phone = optional(40)
    role = optional(100)
    is_primary = serializers.BooleanField(required=False)
