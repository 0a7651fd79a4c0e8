"""Query parameters of the key list."""

from __future__ import annotations

import django_filters

from authn.models import ApiKey
from common.api.filters import CreatedRangeFilterSet
from common.base import Environment


class ApiKeyFilterSet(CreatedRangeFilterSet):
    """Filters of `GET /api/keys`."""

    partner_id = django_filters.UUIDFilter(field_name="partner_id")
    app_id = django_filters.UUIDFilter(field_name="application_id")
    status = django_filters.ChoiceFilter(choices=ApiKey.Status.choices)
    environment = django_filters.ChoiceFilter(choices=Environment.choices)
    key_prefix = django_filters.CharFilter()
