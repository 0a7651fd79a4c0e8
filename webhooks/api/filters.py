"""Filters of endpoints and deliveries."""

from __future__ import annotations

from datetime import datetime

import django_filters

from common.api.filters import FilterSet
from common.partitions import uuid7_floor
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.models.delivery import DeliveryKind, DeliveryStatus, WebhookDeliveryQuerySet


class WebhookFilter(FilterSet):
    """By integration, partner, state and subscription."""

    integration_id = django_filters.UUIDFilter()
    partner_id = django_filters.UUIDFilter()
    active = django_filters.BooleanFilter()
    environment = django_filters.CharFilter()
    event = django_filters.CharFilter(field_name="subscribed_events", lookup_expr="contains", method="subscribed_to")

    class Meta:
        model = WebhookEndpoint
        fields: list[str] = []

    def subscribed_to(self, queryset: object, name: str, value: str) -> object:
        """Endpoints whose list names the event or wildcard literally."""
        return queryset.filter(subscribed_events__contains=[value])  # type: ignore[attr-defined]


class DeliveryFilter(FilterSet):
    """By state, event and time."""

    status = django_filters.MultipleChoiceFilter(choices=DeliveryStatus.choices)
    kind = django_filters.MultipleChoiceFilter(choices=DeliveryKind.choices)
    event = django_filters.CharFilter(field_name="event_name")
    event_id = django_filters.UUIDFilter()
    created_after = django_filters.IsoDateTimeFilter(method="since", help_text="Made at this time or later.")
    created_before = django_filters.IsoDateTimeFilter(method="until", help_text="Made before this time.")

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []

    def since(self, queryset: WebhookDeliveryQuerySet, name: str, value: datetime) -> WebhookDeliveryQuerySet:
        """By id, which holds the time."""
        return queryset.filter(id__gte=uuid7_floor(value))

    def until(self, queryset: WebhookDeliveryQuerySet, name: str, value: datetime) -> WebhookDeliveryQuerySet:
        """By id, which holds the time."""
        return queryset.filter(id__lt=uuid7_floor(value))
