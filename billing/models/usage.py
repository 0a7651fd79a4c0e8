"""Hourly usage per partner, application and metric."""

from __future__ import annotations

from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.base import BaseModel, Environment, choices_check
from common.principal import Principal


class UsageMetric(models.TextChoices):
    """The spec's metrics, errors among the calls, calls the limit refused, which count as neither, and money."""

    API_CALLS = "api_calls", "API calls"
    API_ERRORS = "api_errors", "API errors"
    DATA_PROCESSED = "data_processed", "Data processed"
    RESPONSE_TIME = "response_time", "Response time"
    RATE_LIMITED = "rate_limited", "Refused by the rate limit"
    TRANSACTION_VALUE = "transaction_value", "Transaction value"


class PartnerUsageQuerySet(models.QuerySet["PartnerUsage"]):
    """Reads of usage."""

    def visible_to(self, principal: Principal) -> PartnerUsageQuerySet:
        """The usage of the caller's partner; everyone's for admins."""
        if principal.is_admin:
            return self
        return self.filter(partner_id=principal.tenant_id)


class PartnerUsage(BaseModel):
    """One hour of one metric in one unit, added up. Ids without foreign keys: the meter upserts in bulk."""

    Metric = UsageMetric

    partner_id = models.UUIDField()
    application_id = models.UUIDField(null=True)
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    metric_name = models.CharField(max_length=50)
    unit = models.CharField(max_length=20)
    usage_date = models.DateTimeField(help_text="Start of the hour, UTC.")
    # Wider than what one report may say, so that no sum of them is too large.
    metric_value = models.DecimalField(max_digits=38, decimal_places=6, default=0)
    sample_count = models.PositiveBigIntegerField(default=0)
    # Response times alone: counts per bucket of authn.metering.LATENCY_BUCKETS_MS, so percentiles merge across hours.
    histogram = ArrayField(models.PositiveBigIntegerField(), default=list, blank=True)

    objects = PartnerUsageQuerySet.as_manager()

    class Meta:
        ordering = ["-usage_date"]
        constraints = [
            models.UniqueConstraint(
                fields=["partner_id", "application_id", "environment", "metric_name", "usage_date", "unit"],
                name="usage_once_per_hour",
                nulls_distinct=False,
            ),
            choices_check("environment", Environment, "usage_environment_valid"),
        ]
        indexes = [models.Index(fields=["usage_date"], name="usage_by_hour")]

    def __str__(self) -> str:
        return f"{self.metric_name} {self.usage_date:%Y-%m-%d %H}h: {self.metric_value}"
