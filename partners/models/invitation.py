"""Invitations to join a partner."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from common.base import BaseModel, choices_check
from common.principal import Principal
from partners.models.member import RoleChoices
from partners.models.partner import Partner


class InvitationStatus(models.TextChoices):
    """An invitation that ran out stays open, and cannot be accepted until it is sent again."""

    OPEN = "open", "Open"
    ACCEPTED = "accepted", "Accepted"
    REVOKED = "revoked", "Revoked"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Reads of invitations."""

    def visible_to(self, principal: Principal) -> InvitationQuerySet:
        """The invitations of the caller's partner; all of them for admins."""
        existing = self.filter(partner__deleted_at=None)
        return existing if principal.is_admin else existing.filter(partner_id=principal.tenant_id)


@pghistory.track(exclude=["token_hash"])
class Invitation(BaseModel):
    """An e-mail address that may join with a role. The link's token is stored hashed."""

    Status = InvitationStatus

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(max_length=254)
    role = models.CharField(max_length=20, choices=RoleChoices.choices)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    token_hash = models.CharField(max_length=64, unique=True, editable=False)
    expires_at = models.DateTimeField()
    times_sent = models.PositiveSmallIntegerField(default=1)
    invited_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="sent_invitations"
    )
    accepted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="accepted_invitations"
    )

    objects = InvitationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            choices_check("status", InvitationStatus, "invitation_status_valid"),
            choices_check("role", RoleChoices, "invitation_role_valid"),
            models.UniqueConstraint(
                fields=["partner", "email"], condition=Q(status=InvitationStatus.OPEN), name="invitation_one_open"
            ),
        ]

    def __str__(self) -> str:
        return f"Invitation of {self.email} ({self.role})"

    @property
    def is_expired(self) -> bool:
        """Whether its time ran out before anyone accepted."""
        return self.status == self.Status.OPEN and self.expires_at <= timezone.now()
