"""Who belongs to which partner."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models

from common.base import BaseModel, choices_check
from common.principal import Role
from partners.models.partner import Partner


class RoleChoices(models.TextChoices):
    """The portal roles, as choices of a field."""

    OWNER = Role.OWNER.value, "Owner"
    DEVELOPER = Role.DEVELOPER.value, "Developer"
    BILLING = Role.BILLING.value, "Billing"
    VIEWER = Role.VIEWER.value, "Viewer"


@pghistory.track()
class PartnerMember(BaseModel):
    """A user's role for one partner."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=RoleChoices.choices)

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "user"], name="member_once_per_partner"),
            choices_check("role", RoleChoices, "member_role_valid"),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"
