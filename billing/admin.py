"""Usage in the admin: looked at, never edited."""

from __future__ import annotations

from django.contrib import admin

from billing.models import PartnerUsage, UsageReport
from common.readonly_admin import ReadOnlyAdmin


@admin.register(PartnerUsage)
class PartnerUsageAdmin(ReadOnlyAdmin):
    """Hourly usage."""

    list_display = ["usage_date", "partner_id", "application_id", "metric_name", "metric_value", "unit", "environment"]
    list_filter = ["metric_name", "environment"]
    search_fields = ["partner_id__exact", "application_id__exact"]
    date_hierarchy = "usage_date"


@admin.register(UsageReport)
class UsageReportAdmin(ReadOnlyAdmin):
    """What core services reported."""

    list_display = ["usage_date", "partner_id", "metric_name", "value", "unit", "reported_by"]
    search_fields = ["idempotency_key", "partner_id__exact"]
