"""Filters of endpoints and deliveries."""

from __future__ import annotations

import django_filters

from common.api.filters import FilterSet
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.models.delivery import DeliveryKind, DeliveryStatus


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
    event = django_filters.CharFilter(field_name="event__event_type__event_name")
    event_id = django_filters.UUIDFilter()
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []
