"""Filters of the partner list."""

from __future__ import annotations

from typing import Any, cast

import django_filters
from django.db.models import QuerySet

from common.api.filters import CreatedRangeFilterSet
from partners.models import Partner
from partners.models.partner import PartnerQuerySet


class PartnerFilter(CreatedRangeFilterSet):
    """`?status=active&tier=premium&partnerType=data&search=acme&createdAfter=...&createdBefore=...`."""

    status = django_filters.MultipleChoiceFilter(choices=Partner.Status.choices)
    tier = django_filters.MultipleChoiceFilter(choices=Partner.Tier.choices)
    partner_type = django_filters.MultipleChoiceFilter(choices=Partner.Type.choices)
    country = django_filters.CharFilter(lookup_expr="iexact")
    search = django_filters.CharFilter(method="match_text", label="Words in name, website or support address.")

    def match_text(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        """Partners that match every word."""
        return cast("PartnerQuerySet", queryset).matching(value)
