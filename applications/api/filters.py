"""Filters of the application list."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django.db.models import QuerySet

from applications.models import ApplicationStatus, PartnerApplication
from applications.models.application import PartnerApplicationQuerySet
from common.api.filters import CreatedRangeFilterSet


class ApplicationFilter(CreatedRangeFilterSet):
    """By state, partner, scope, text and time."""

    status = django_filters.MultipleChoiceFilter(choices=ApplicationStatus.choices)
    partner_id = django_filters.UUIDFilter()
    permission = django_filters.CharFilter(field_name="permissions", lookup_expr="contains", method="with_permission")
    search = django_filters.CharFilter(method="matching")
    updated_after = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")
    updated_before = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="lt")

    class Meta:
        model = PartnerApplication
        fields: list[str] = []

    def matching(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Name and description contain every word, whatever its case."""
        return cast("PartnerApplicationQuerySet", queryset).matching(value)

    def with_permission(
        self, queryset: QuerySet[PartnerApplication], name: str, value: str
    ) -> QuerySet[PartnerApplication]:
        """Applications that ask for the scope."""
        return queryset.filter(permissions__contains=[value])
