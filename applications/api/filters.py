"""Filters of the application list."""

from __future__ import annotations

import django_filters
from django.db.models import Q, QuerySet

from applications.models import ApplicationStatus, PartnerApplication
from common.api.filters import FilterSet


class ApplicationFilter(FilterSet):
    """By state, partner, scope, text and time."""

    status = django_filters.MultipleChoiceFilter(choices=ApplicationStatus.choices)
    partner_id = django_filters.UUIDFilter()
    permission = django_filters.CharFilter(field_name="permissions", lookup_expr="contains", method="with_permission")
    search = django_filters.CharFilter(method="matching")
    created_after = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="gte")
    created_before = django_filters.IsoDateTimeFilter(field_name="created_at", lookup_expr="lt")
    updated_after = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="gte")
    updated_before = django_filters.IsoDateTimeFilter(field_name="updated_at", lookup_expr="lt")

    class Meta:
        model = PartnerApplication
        fields: list[str] = []

    def matching(self, queryset: QuerySet[PartnerApplication], name: str, value: str) -> QuerySet[PartnerApplication]:
        """Name or description contain the text, whatever its case."""
        return queryset.filter(Q(app_name__icontains=value) | Q(description__icontains=value))

    def with_permission(
        self, queryset: QuerySet[PartnerApplication], name: str, value: str
    ) -> QuerySet[PartnerApplication]:
        """Applications that ask for the scope."""
        return queryset.filter(permissions__contains=[value])
