"""Query parameters of the list."""

from __future__ import annotations

import django_filters

from common.api.filters import CreatedRangeFilterSet
from common.base import Environment
from integrations.models import Integration


class IntegrationFilterSet(CreatedRangeFilterSet):
    """Integrations by what they belong to and how they are."""

    app_id = django_filters.UUIDFilter(field_name="application_id")
    partner_id = django_filters.UUIDFilter()
    status = django_filters.ChoiceFilter(choices=Integration.Status.choices)
    health_status = django_filters.ChoiceFilter(choices=Integration.Health.choices)
    integration_type = django_filters.ChoiceFilter(choices=Integration.Type.choices)
    environment = django_filters.ChoiceFilter(choices=Environment.choices)
