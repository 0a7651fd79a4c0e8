"""Usage of the API."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django.db.models import QuerySet, Sum
from django.db.models.functions import TruncDay
from django.utils import timezone
from django.views.generic import TemplateView

from applications.models import PartnerApplication
from authn.quotas import quota_of
from billing.models import PartnerUsage
from billing.portal.forms import PERIODS, UsageFilterForm
from billing.selectors import usage_per_application, usage_since, usage_totals
from common.charts import chart, hourly_chart, last_hours
from partners.portal.access import PortalPage

Metric = PartnerUsage.Metric
TONES = {"Succeeded": "chart-1", "Failed": "chart-2"}


def calls_and_errors(rows: QuerySet[PartnerUsage], bucket: str) -> tuple[dict[Any, int], dict[Any, int]]:
    """Succeeded and failed calls by `bucket`, an expression or field of the rows."""
    sums: dict[str, dict[Any, int]] = {Metric.API_CALLS: {}, Metric.API_ERRORS: {}}
    wanted = rows.filter(metric_name__in=sums)
    for metric, moment, total in wanted.values_list("metric_name", bucket).annotate(total=Sum("metric_value")):
        sums[metric][moment] = int(total)
    failed = sums[Metric.API_ERRORS]
    return {moment: count - failed.get(moment, 0) for moment, count in sums[Metric.API_CALLS].items()}, failed


def calls_chart(rows: QuerySet[PartnerUsage], days: int) -> dict[str, Any]:
    """By hour for a day, by day for longer."""
    if days == 1:
        succeeded, failed = calls_and_errors(rows, "usage_date")
        return hourly_chart(last_hours(), {"Succeeded": succeeded, "Failed": failed}, tones=TONES)
    succeeded, failed = calls_and_errors(rows.annotate(day=TruncDay("usage_date")), "day")
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0)
    dates = [today - timedelta(days=back) for back in reversed(range(days))]
    series = {
        name: [figures.get(date, 0) for date in dates]
        for name, figures in (("Succeeded", succeeded), ("Failed", failed))
    }
    return chart([f"{date:%-d %b}" for date in dates], series, tones=TONES)


def period_start(days: int) -> datetime:
    """The first hour, or the first day, of the period that ends now."""
    if days == 1:
        return last_hours()[0]
    return timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)


class UsagePage(PortalPage, TemplateView):
    """Calls, errors, latency and data, in total and per application."""

    template_name = "billing/usage.html"
    read_scope = "read:analytics"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The figures of the chosen period."""
        form = UsageFilterForm(self.request.GET, principal=self.principal)
        days = form.period_days
        rows = usage_since(
            self.principal,
            period_start(days),
            environment=form.chosen_environment,
            application_id=form.application_id,
        )
        names = dict(PartnerApplication.objects.visible_to(self.principal).values_list("id", "app_name"))
        applications = [
            {**figures, "name": names.get(figures["application_id"], "Deleted application")}
            for figures in usage_per_application(rows)
        ]
        return super().get_context_data(
            form=form,
            period=PERIODS[str(days)],
            totals=usage_totals(rows),
            chart=calls_chart(rows, days),
            applications=applications,
            quota=quota_of(self.partner.id, self.partner.tier),
            **kwargs,
        )
