"""Filters of endpoints and deliveries."""

from __future__ import annotations

from typing import Any

import django_filters
from django import forms
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from common.api.filters import BooleanFilter, FilterSet
from common.base import Environment
from events.selectors import PUBLIC_PREFIX
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.models.delivery import DeliveryKind, DeliveryStatus


class WebhookFilter(FilterSet):
    """By integration, partner, state and subscription."""

    integration_id = django_filters.UUIDFilter()
    app_id = django_filters.UUIDFilter(field_name="integration__application_id")
    partner_id = django_filters.UUIDFilter()
    active = BooleanFilter()
    environment = django_filters.ChoiceFilter(choices=Environment.choices)
    event = django_filters.CharFilter(field_name="subscribed_events", lookup_expr="contains", method="subscribed_to")

    class Meta:
        model = WebhookEndpoint
        fields: list[str] = []

    def subscribed_to(self, queryset: QuerySet[WebhookEndpoint], name: str, value: str) -> QuerySet[WebhookEndpoint]:
        """Endpoints whose list names the event or wildcard literally."""
        return queryset.filter(subscribed_events__contains=[value])


class EventIdField(forms.UUIDField):
    """An event's id in either of its spellings."""

    def to_python(self, value: Any) -> Any:
        """Without the prefix that webhooks carry."""
        if value == PUBLIC_PREFIX:
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return super().to_python(str(value).removeprefix(PUBLIC_PREFIX) if value else value)


class EventIdFilter(django_filters.UUIDFilter):
    """By the UUID of an event or its `evt_` id."""

    field_class = EventIdField


class DeliveryFilter(FilterSet):
    """By state, event and time."""

    # Nothing is joined, so nothing can come twice; telling that apart would sort the whole log.
    status = django_filters.MultipleChoiceFilter(choices=DeliveryStatus.choices, distinct=False)
    kind = django_filters.MultipleChoiceFilter(choices=DeliveryKind.choices, distinct=False)
    event = django_filters.CharFilter(field_name="event_name")
    event_id = EventIdFilter(help_text="Its UUID, or its `evt_` id as the receiver knows it.")
    created_after = django_filters.IsoDateTimeFilter(
        field_name="created_at", lookup_expr="gte", help_text="Made at this time or later."
    )
    created_before = django_filters.IsoDateTimeFilter(
        field_name="created_at", lookup_expr="lt", help_text="Made before this time."
    )

    class Meta:
        model = WebhookDelivery
        fields: list[str] = []

    def filter_queryset(self, queryset: Any) -> Any:
        """As get_deliveries does."""
        return queryset.narrowed(**self.form.cleaned_data)
