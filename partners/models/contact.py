"""Whom to reach at a partner."""

from __future__ import annotations

import pghistory
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

    def __str__(self) -> str:
        return f"{self.contact_name} <{self.email}>"
