"""Partner companies."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower
from django_countries.fields import CountryField

from common.base import BaseModel, choices_check
from common.principal import Principal
from partners.files import private_storage


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

    def existing(self) -> PartnerQuerySet:
        """Partners that are not deleted."""
        return self.filter(deleted_at=None)

    def visible_to(self, principal: Principal) -> PartnerQuerySet:
        """The caller's own partner; every partner for admins and the core platform. Deleted ones are absent."""
        if principal.is_service:
            return self.existing()
        return self.existing().filter(id=principal.tenant_id)

    def active(self) -> PartnerQuerySet:
        """Partners whose credentials work in live."""
        return self.existing().filter(status=Partner.Status.ACTIVE)

    def matching(self, text: str) -> PartnerQuerySet:
        """Partners whose names, website or support address contain every word of `text`."""
        found = self
        for word in text.lower().split():
            found = found.filter(search_text__contains=word)
        return found


@pghistory.track(exclude=["search_text"])
class Partner(BaseModel):
    """A company that builds on the platform."""

    Type = PartnerType
    Status = PartnerStatus
    Tier = PartnerTier

    # What an owner may change; identity is what verification attests to.
    IDENTITY_FIELDS = ("legal_name", "registration_number", "tax_id", "country")
    PROFILE_FIELDS = (
        "partner_name",
        "website",
        "description",
        *IDENTITY_FIELDS,
        "street",
        "postal_code",
        "city",
        "region",
        "support_email",
        "phone",
    )

    external_id = models.CharField(
        max_length=100, null=True, blank=True, unique=True, help_text="Its id in the system it was imported from."
    )
    partner_name = models.CharField(max_length=200)
    partner_type = models.CharField(max_length=20, choices=Type.choices)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    tier = models.CharField(max_length=20, choices=Tier.choices, default=Tier.BASIC)
    tier_requested = models.CharField(
        max_length=20, choices=Tier.choices, blank=True, help_text="Waits for a second person to confirm it."
    )
    tier_requested_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    website = models.URLField(blank=True)
    description = models.TextField(max_length=2000, blank=True)

    legal_name = models.CharField(max_length=200, blank=True)
    registration_number = models.CharField(max_length=50, blank=True, help_text="In the company register.")
    tax_id = models.CharField("tax ID", max_length=30, blank=True, help_text="EIN in the United States, else VAT ID.")
    country = CountryField(blank=True)
    street = models.CharField(max_length=200, blank=True)
    postal_code = models.CharField(max_length=20, blank=True)
    city = models.CharField(max_length=100, blank=True)
    region = models.CharField(max_length=100, blank=True)
    support_email = models.EmailField("support email", blank=True)
    phone = models.CharField(max_length=40, blank=True, help_text="In international form, +14155550123.")

    logo = models.FileField(upload_to="logos/", storage=private_storage, blank=True)

    suspension_reason = models.TextField(blank=True)
    suspended_at = models.DateTimeField(null=True, blank=True)
    suspension_cause = models.CharField(
        max_length=30, blank=True, help_text="Set when the platform itself suspended, e.g. agreement_expired."
    )
    status_before_suspension = models.CharField(max_length=20, choices=Status.choices, blank=True)
    activated_at = models.DateTimeField(null=True, blank=True)
    activation_waiver = models.TextField(blank=True, help_text="What was outstanding when staff activated the partner.")
    verified_at = models.DateTimeField(null=True, blank=True)
    deleted_at = models.DateTimeField(null=True, blank=True)
    search_text = models.GeneratedField(
        expression=Lower(
            Concat(
                F("partner_name"),
                Value(" "),
                F("legal_name"),
                Value(" "),
                F("website"),
                Value(" "),
                F("support_email"),
                output_field=models.TextField(),
            )
        ),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PartnerQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            choices_check("partner_type", PartnerType, "partner_type_valid"),
            choices_check("status", PartnerStatus, "partner_status_valid"),
            choices_check("tier", PartnerTier, "partner_tier_valid"),
            models.CheckConstraint(
                condition=Q(deleted_at=None) | Q(status=PartnerStatus.INACTIVE), name="partner_deleted_is_inactive"
            ),
        ]
        indexes = [
            models.Index(fields=["status", "-id"], name="partner_by_status"),
            models.Index(fields=["partner_type", "-id"], name="partner_by_type"),
            models.Index(fields=["tier", "-id"], name="partner_by_tier"),
            models.Index(fields=["-created_at"], name="partner_by_age"),
            models.Index(fields=["partner_name", "id"], name="partner_by_name"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="partner_search"),
        ]

    def __str__(self) -> str:
        return self.partner_name

    def allows(self, environment: str) -> bool:
        """Whether credentials of `environment` work: live needs an active partner, test a pending or active one."""
        if self.deleted_at is not None:
            return False
        if environment == "test":
            return self.status in {self.Status.ACTIVE, self.Status.PENDING}
        return self.status == self.Status.ACTIVE
