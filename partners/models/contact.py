"""Whom to reach at a partner."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.db import models
from django.db.models import Q

from common.base import BaseModel
from common.principal import Principal
from partners.models.partner import Partner


class PartnerContactQuerySet(models.QuerySet["PartnerContact"]):
    """Reads of contacts."""

    def visible_to(self, principal: Principal) -> PartnerContactQuerySet:
        """The contacts of the caller's partner; all of them for admins and the core platform."""
        existing = self.filter(partner__deleted_at=None)
        return existing if principal.is_service else existing.filter(partner_id=principal.tenant_id)


# The unique constraint says at most one; at least one is checked at the end of a transaction that takes it away.
KEEP_A_PRIMARY = """
PERFORM 1 FROM partners_partner WHERE id = OLD.partner_id FOR UPDATE;
IF FOUND
    AND EXISTS (SELECT 1 FROM partners_partnercontact WHERE partner_id = OLD.partner_id)
    AND NOT EXISTS (SELECT 1 FROM partners_partnercontact WHERE partner_id = OLD.partner_id AND is_primary)
THEN
    RAISE EXCEPTION 'one contact of a partner is primary' USING ERRCODE = 'check_violation';
END IF;
RETURN NULL;
"""


@pghistory.track()
class PartnerContact(BaseModel):
    """A person or desk at the partner. Exactly one contact is primary as soon as there is any."""

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="contacts")
    contact_name = models.CharField(max_length=150)
    email = models.EmailField(max_length=254)
    phone = models.CharField(max_length=40, blank=True)
    role = models.CharField(max_length=100, blank=True, help_text="What to reach them for, e.g. technical, billing.")
    is_primary = models.BooleanField(default=False)

    objects = PartnerContactQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["partner"], condition=Q(is_primary=True), name="contact_one_primary")
        ]
        triggers = [
            pgtrigger.Trigger(
                name="keeps_a_primary",
                level=pgtrigger.Row,
                when=pgtrigger.After,
                operation=pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Q(old__is_primary=True),
                timing=pgtrigger.Deferred,
                func=KEEP_A_PRIMARY,
            )
        ]

    def __str__(self) -> str:
        return f"{self.contact_name} <{self.email}>"
