"""What looks like abuse of credentials, for staff to judge."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models

from authn.models.api_key import ApiKey
from common.base import BaseModel, choices_check
from partners.models import Partner


class SuspicionKind(models.TextChoices):
    """What was noticed."""

    FAILED_FROM_NETWORK = "failed_from_network", "Many bad credentials from one network"
    FAILED_FOR_PREFIX = "failed_for_prefix", "Many bad credentials with one prefix"
    MANY_NETWORKS = "many_networks", "A key used from many networks"
    SUDDEN_VOLUME = "sudden_volume", "Sudden volume"


class SuspicionStatus(models.TextChoices):
    """Open until somebody has judged it."""

    OPEN = "open", "Open"
    RESOLVED = "resolved", "Resolved"
    DISMISSED = "dismissed", "Dismissed"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange(exclude=["evidence", "last_seen_at", "updated_at"])),
)
class SuspiciousActivity(BaseModel):
    """One finding about a network, prefix or key, with its evidence; brought up to date while it is open."""

    Kind = SuspicionKind
    Status = SuspicionStatus

    kind = models.CharField(max_length=30, choices=Kind.choices)
    subject = models.CharField(max_length=100, help_text="The network, the prefix, or the key.")
    api_key = models.ForeignKey(ApiKey, null=True, blank=True, on_delete=models.PROTECT, related_name="suspicions")
    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="suspicions")
    evidence = models.JSONField(default=dict)
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.OPEN)
    last_seen_at = models.DateTimeField()
    decided_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.TextField(blank=True, max_length=2000)

    class Meta:
        verbose_name_plural = "suspicious activity"
        ordering = ["-id"]
        constraints = [
            choices_check("kind", SuspicionKind, "suspicion_kind_valid"),
            choices_check("status", SuspicionStatus, "suspicion_status_valid"),
            models.UniqueConstraint(
                fields=["kind", "subject"], condition=models.Q(status="open"), name="suspicion_open_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()}: {self.subject}"
