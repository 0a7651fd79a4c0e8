"""Who belongs to which partner."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models

from common.base import BaseModel, choices_check
from common.principal import Principal, Role
from partners.models.partner import Partner


class RoleChoices(models.TextChoices):
    """The portal roles, as choices of a field."""

    OWNER = Role.OWNER.value, "Owner"
    DEVELOPER = Role.DEVELOPER.value, "Developer"
    BILLING = Role.BILLING.value, "Billing"
    VIEWER = Role.VIEWER.value, "Viewer"


# The partner's row is locked first, so two owners who leave at once cannot each count on the other.
KEEP_AN_OWNER = """
PERFORM 1 FROM partners_partner WHERE id = OLD.partner_id FOR UPDATE;
IF FOUND AND NOT EXISTS (
    SELECT 1 FROM partners_partnermember WHERE partner_id = OLD.partner_id AND role = 'owner'
) THEN
    RAISE EXCEPTION 'a partner keeps at least one owner' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


class PartnerMemberQuerySet(models.QuerySet["PartnerMember"]):
    """Reads of memberships."""

    def visible_to(self, principal: Principal) -> PartnerMemberQuerySet:
        """The members of the caller's partner; everyone for admins."""
        existing = self.of_existing()
        return existing if principal.is_admin else existing.filter(partner_id=principal.tenant_id)

    def of_existing(self) -> PartnerMemberQuerySet:
        """Memberships of partners that are not deleted."""
        return self.filter(partner__deleted_at=None)

    def owners(self) -> PartnerMemberQuerySet:
        """Owners who can sign in."""
        return self.filter(role=Role.OWNER, user__is_active=True)


@pghistory.track()
class PartnerMember(BaseModel):
    """A user's role for one partner."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="members")
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    role = models.CharField(max_length=20, choices=RoleChoices.choices)

    objects = PartnerMemberQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["partner", "user"], name="member_once_per_partner"),
            choices_check("role", RoleChoices, "member_role_valid"),
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keeps_an_owner",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__role="owner"),
                timing=pgtrigger.Deferred,
                func=KEEP_AN_OWNER,
            )
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.role})"
