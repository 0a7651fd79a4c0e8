"""Deliveries that somebody had tried again, one or many at once."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from common.base import BaseModel
from partners.models import Partner
from webhooks.models.endpoint import WebhookEndpoint


class DeliveryRecoveryQuerySet(models.QuerySet["DeliveryRecovery"]):
    """Reads of recoveries."""

    def unfinished(self) -> DeliveryRecoveryQuerySet:
        """Those with more to do."""
        return self.filter(finished_at=None)


@pghistory.track(exclude=["position", "paced_until", "retried", "finished_at", "updated_at"])
class DeliveryRecovery(BaseModel):
    """Which deliveries, who asked and why, and how far it is. Every part that is given narrows it."""

    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="recoveries")
    endpoint = models.ForeignKey(
        WebhookEndpoint, null=True, blank=True, on_delete=models.CASCADE, related_name="recoveries"
    )
    event_name = models.CharField(max_length=100, blank=True)
    since = models.DateTimeField(null=True, blank=True, help_text="Deliveries made at this time or later.")
    until = models.DateTimeField(null=True, blank=True, help_text="Deliveries made before this time.")
    delivery_ids = ArrayField(models.UUIDField(), default=list, blank=True, help_text="These alone; empty: all.")
    requested_by = models.CharField(max_length=254)
    reason = models.CharField(max_length=500, blank=True)
    limit = models.PositiveIntegerField(help_text="At most so many, the oldest first.")
    found = models.PositiveIntegerField(
        help_text="Failed deliveries when it was asked for; not counted far beyond limit."
    )
    retried = models.PositiveIntegerField(default=0)
    position = models.UUIDField(null=True, blank=True, help_text="The delivery it has come to.")
    paced_until = models.DateTimeField(null=True, blank=True, help_text="When the next one may be due.")
    finished_at = models.DateTimeField(null=True, blank=True)

    objects = DeliveryRecoveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "delivery recoveries"
        ordering = ["-id"]
        indexes = [models.Index(fields=["id"], name="recovery_unfinished", condition=Q(finished_at__isnull=True))]

    def __str__(self) -> str:
        return f"{self.retried} of {self.endpoint or self.partner or 'all partners'}"
