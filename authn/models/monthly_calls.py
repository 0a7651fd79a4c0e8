"""How many calls of a month count towards a partner's quota."""

from __future__ import annotations

from django.db import models

from common.ids import uuid7


class MonthlyCalls(models.Model):
    """The live calls of one partner in one month (UTC). The meter adds to it in the transaction that stores the calls.

    An id without a foreign key, like all that the meter writes.
    """

    id = models.UUIDField(primary_key=True, default=uuid7, editable=False)
    partner_id = models.UUIDField()
    month = models.DateField(help_text="Its first day.")
    calls = models.PositiveBigIntegerField(default=0)
    warned_at = models.DateTimeField(null=True, blank=True, help_text="When four fifths were used.")
    reached_at = models.DateTimeField(null=True, blank=True, help_text="When all of it was used.")

    class Meta:
        verbose_name_plural = "monthly calls"
        ordering = ["-month"]
        constraints = [models.UniqueConstraint(fields=["partner_id", "month"], name="monthly_calls_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}: {self.calls}"
