"""Results of the security validation."""

from __future__ import annotations

import pgtrigger
from django.db import models

from applications.models.application import PartnerApplication
from common.base import BaseModel


class ApplicationCheckRun(BaseModel):
    """One run of the security validation over the content an application had."""

    application = models.ForeignKey(PartnerApplication, on_delete=models.PROTECT, related_name="check_runs")
    content_hash = models.CharField(max_length=64, editable=False)
    findings = models.JSONField(default=list)
    requested_label = models.CharField(max_length=254, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [models.Index(fields=["application", "-id"], name="check_run_by_application")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.application_id} {self.created_at:%Y-%m-%d %H:%M}"

    def failures(self, severity: str) -> list[dict[str, str]]:
        """The failed checks of one severity."""
        return [row for row in self.findings if row["outcome"] == "failed" and row["severity"] == severity]

    @property
    def errors(self) -> list[dict[str, str]]:
        """What blocks submission."""
        return self.failures("error")

    @property
    def warnings(self) -> list[dict[str, str]]:
        """What the reviewer gets to see."""
        return self.failures("warning")

    @property
    def is_passed(self) -> bool:
        """Whether nothing blocks submission."""
        return not self.errors
