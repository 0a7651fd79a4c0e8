"""The usage that statistics look at: that of the last days."""

from __future__ import annotations

import uuid
from datetime import timedelta

from django.db.models import QuerySet
from django.utils import timezone

from applications.models import PartnerApplication
from billing.models import PartnerUsage

PERIOD_DAYS = 30


def recent_usage(partner_id: uuid.UUID) -> QuerySet[PartnerUsage]:
    """What a partner used in the last PERIOD_DAYS."""
    since = timezone.now() - timedelta(days=PERIOD_DAYS)
    return PartnerUsage.objects.filter(partner_id=partner_id, usage_date__gte=since)


def recent_usage_of(application: PartnerApplication) -> QuerySet[PartnerUsage]:
    """What one application of it used."""
    return recent_usage(application.partner_id).filter(application_id=application.id)
