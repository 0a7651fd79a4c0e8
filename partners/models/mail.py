"""Mail waiting to be sent, and what people want to hear about."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from common.base import BaseModel, choices_check
from common.fields import EncryptedJSONField


class MailStatus(models.TextChoices):
    """Sending is claimed by an actor; one that died is claimed again later."""

    PENDING = "pending", "Pending"
    SENDING = "sending", "Sending"
    SENT = "sent", "Sent"
    FAILED = "failed", "Failed"


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(condition=pghistory.AnyChange("status", "recipient", "kind")),
    pghistory.DeleteEvent(),
    exclude=["context"],
)
class OutboundMail(BaseModel):
    """One e-mail to one address, rendered when it is sent. The context may carry a link that signs in: encrypted."""

    Status = MailStatus

    kind = models.CharField(max_length=50)
    recipient = models.EmailField(max_length=254)
    context = EncryptedJSONField(default=dict)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    attempts = models.PositiveSmallIntegerField(default=0)
    due_at = models.DateTimeField()
    last_error = models.CharField(max_length=500, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [choices_check("status", MailStatus, "outbound_mail_status_valid")]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(status__in=["pending", "sending"]), name="outbound_mail_due")
        ]

    def __str__(self) -> str:
        return f"{self.kind.replace('_', ' ')} to {self.recipient}"


@pghistory.track()
class MailPreference(BaseModel):
    """A category of mail a person switched off."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="mail_preferences")
    category = models.CharField(max_length=30)
    enabled = models.BooleanField(default=True)

    class Meta:
        ordering = ["category"]
        constraints = [models.UniqueConstraint(fields=["user", "category"], name="mail_preference_once")]

    def __str__(self) -> str:
        return f"{self.category}: {'on' if self.enabled else 'off'}"
