"""Partner companies."""

from __future__ import annotations

import pghistory
from django.db import models

from common.base import BaseModel, choices_check
from common.principal import Principal


class PartnerType(models.TextChoices):
    """What the partner brings."""

    TECHNOLOGY = "technology", "Technology"
    SERVICE = "service", "Service"
    DATA = "data", "Data"
    CHANNEL = "channel", "Channel"
    STRATEGIC = "strategic", "Strategic"
    VERIFICATION = "verification", "Verification"


class PartnerStatus(models.TextChoices):
    """Pending partners have the sandbox alone; suspended and inactive ones have nothing."""

    ACTIVE = "active", "Active"
    INACTIVE = "inactive", "Inactive"
    SUSPENDED = "suspended", "Suspended"
    PENDING = "pending", "Pending"


class PartnerTier(models.TextChoices):
    """Decides limits and quotas."""

    BASIC = "basic", "Basic"
    PREMIUM = "premium", "Premium"
    ENTERPRISE = "enterprise", "Enterprise"


class PartnerQuerySet(models.QuerySet["Partner"]):
    """Reads of partners."""

    def visible_to(self, principal: Principal) -> PartnerQuerySet:
        """The caller's own partner; every partner for admins and the core platform."""
        if principal.is_service:
            return self
        return self.filter(id=principal.tenant_id)

    def active(self) -> PartnerQuerySet:
        """Partners whose credentials work in live."""
        return self.filter(status=Partner.Status.ACTIVE)


@pghistory.track()
class Partner(BaseModel):
    """A company that builds on the platform."""

    Type = PartnerType
    Status = PartnerStatus
    Tier = PartnerTier

    partner_name = models.CharField(max_length=200)
    partner_type = models.CharField(max_length=20, choices=Type.choices)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    tier = models.CharField(max_length=20, choices=Tier.choices, default=Tier.BASIC)
    website = models.URLField(blank=True)
    suspension_reason = models.TextField(blank=True)

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            choices_check("partner_type", PartnerType, "partner_type_valid"),
            choices_check("status", PartnerStatus, "partner_status_valid"),
            choices_check("tier", PartnerTier, "partner_tier_valid"),
        ]
        indexes = [models.Index(fields=["status", "-id"], name="partner_by_status")]

    def __str__(self) -> str:
        return self.partner_name

    def allows(self, environment: str) -> bool:
        """Whether credentials of `environment` work: live needs an active partner, test a pending or active one."""
        if environment == "test":
            return self.status in {self.Status.ACTIVE, self.Status.PENDING}
        return self.status == self.Status.ACTIVE
