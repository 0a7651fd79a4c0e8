"""Usage in the admin: looked at, never edited."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.contrib.admin.options import IncorrectLookupParameters
from django.http import HttpRequest
from unfold.views import ChangeList

from billing.models import PartnerUsage, UsageReport
from common.readonly_admin import ReadOnlyAdmin


class DatedList(ChangeList):
    """A list by day. Django reckons the end of a period without asking whether there is a day after it."""

    def get_filters(self, request: HttpRequest) -> Any:
        """Those of Django; raises IncorrectLookupParameters also for the last year and day there are."""
        try:
            return super().get_filters(request)
        except (OverflowError, ValueError) as error:
            raise IncorrectLookupParameters(error) from error


@admin.register(PartnerUsage)
class PartnerUsageAdmin(ReadOnlyAdmin):
    """Hourly usage."""

    list_display = ["usage_date", "partner_id", "application_id", "metric_name", "metric_value", "unit", "environment"]
    list_filter = ["metric_name", "environment"]
    search_fields = ["partner_id__exact", "application_id__exact"]
    date_hierarchy = "usage_date"

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> Any:
        """By day."""
        return DatedList


@admin.register(UsageReport)
class UsageReportAdmin(ReadOnlyAdmin):
    """What core services reported."""

    list_display = ["usage_date", "partner_id", "metric_name", "value", "unit", "reported_by"]
    search_fields = ["idempotency_key", "partner_id__exact"]
