"""Query parameters of the lists."""

from __future__ import annotations

from datetime import datetime

import django_filters

from common.api.filters import BooleanFilter, FilterSet
from common.base import Environment
from events.models import EventType
from events.models.event_type import EventCategory
from events.models.platform_event import PlatformEventQuerySet


class EventTypeFilterSet(FilterSet):
    """The catalogue by category and name."""

    category = django_filters.ChoiceFilter(field_name="event_category", choices=EventCategory.choices)
    event_name = django_filters.CharFilter()
    active = BooleanFilter()

    class Meta:
        model = EventType
        fields: list[str] = []


class EventFilterSet(FilterSet):
    """Events by type, entity, time and environment."""

    event = django_filters.CharFilter(field_name="event_type__event_name")
    event_type_id = django_filters.UUIDFilter()
    category = django_filters.ChoiceFilter(field_name="event_type__event_category", choices=EventCategory.choices)
    entity_type = django_filters.CharFilter()
    entity_id = django_filters.CharFilter()
    environment = django_filters.ChoiceFilter(choices=Environment.choices)
    partner_id = django_filters.UUIDFilter()
    created_after = django_filters.IsoDateTimeFilter(method="since", help_text="Made at this time or later.")
    created_before = django_filters.IsoDateTimeFilter(method="until", help_text="Made before this time.")

    def since(self, queryset: PlatformEventQuerySet, name: str, value: datetime) -> PlatformEventQuerySet:
        """By id, which holds the time."""
        return queryset.since(value)

    def until(self, queryset: PlatformEventQuerySet, name: str, value: datetime) -> PlatformEventQuerySet:
        """By id, which holds the time."""
        return queryset.until(value)
