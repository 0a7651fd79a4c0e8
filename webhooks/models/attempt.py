"""Each time a delivery was sent."""

from __future__ import annotations

from django.db import models

from common.base import BaseModel
from common.http import parse_headers
from webhooks.models.delivery import WebhookDelivery


class WebhookAttempt(BaseModel):
    """One HTTP request of a delivery and what came back. Append-only, partitioned by day."""

    # No foreign key constraint: it would cost a lock on the delivery for each row that the sender writes. No index of
    # its own: `attempt_by_delivery` begins with it.
    delivery = models.ForeignKey(
        WebhookDelivery, on_delete=models.CASCADE, db_constraint=False, db_index=False, related_name="attempts"
    )
    attempt_number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    duration_ms = models.FloatField()
    request_url = models.CharField(max_length=2000)
    request_headers = models.TextField(blank=True, help_text="As sent, one per line.")
    request_body = models.TextField(
        blank=True, help_text="As sent; empty when the event and the signature sent are enough to rebuild it."
    )
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_headers = models.TextField(blank=True, help_text="As received, one per line.")
    response_body = models.TextField(blank=True, help_text="The first 16 KiB.")
    error = models.CharField(max_length=40, blank=True)
    error_detail = models.CharField(max_length=200, blank=True)
    succeeded = models.BooleanField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["delivery", "id"], name="attempt_by_delivery")]

    def __str__(self) -> str:
        return f"attempt {self.attempt_number}: {self.response_status or self.error}"

    @property
    def signature(self) -> str:
        """The body signature that was sent."""
        return parse_headers(self.request_headers).get("x-webhook-signature", "")
