"""Each time a delivery was sent."""

from __future__ import annotations

from django.db import models

from common.base import BaseModel
from webhooks.models.delivery import WebhookDelivery


class WebhookAttempt(BaseModel):
    """One HTTP request of a delivery and what came back. Append-only."""

    delivery = models.ForeignKey(WebhookDelivery, on_delete=models.CASCADE, related_name="attempts")
    attempt_number = models.PositiveSmallIntegerField()
    started_at = models.DateTimeField()
    duration_ms = models.FloatField()
    request_headers = models.JSONField(default=dict)
    request_body = models.TextField(blank=True)
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    response_headers = models.JSONField(default=dict)
    response_body = models.TextField(blank=True, help_text="The first 16 KiB.")
    error = models.CharField(max_length=200, blank=True)
    succeeded = models.BooleanField()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["delivery", "id"], name="attempt_by_delivery")]

    def __str__(self) -> str:
        return f"attempt {self.attempt_number}: {self.response_status or self.error}"
