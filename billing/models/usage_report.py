"""Usage that a core service reported."""

from __future__ import annotations

from django.db import models

from common.base import BaseModel, Environment, choices_check


class UsageReport(BaseModel):
    """One report, so that the same `idempotency_key` counts once."""

    partner_id = models.UUIDField()
    application_id = models.UUIDField(null=True)
    idempotency_key = models.CharField(max_length=100)
    metric_name = models.CharField(max_length=50)
    unit = models.CharField(max_length=20)
    value = models.DecimalField(max_digits=24, decimal_places=6)
    usage_date = models.DateTimeField(help_text="Start of the hour, UTC.")
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    reported_by = models.CharField(max_length=150)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["partner_id", "idempotency_key"], name="usage_report_once"),
            models.CheckConstraint(condition=models.Q(value__gte=0), name="usage_report_not_negative"),
            choices_check("environment", Environment, "usage_report_environment_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.metric_name} {self.value}"
