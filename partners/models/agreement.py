"""Agreement templates, and what partners signed."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q

from common.base import BaseModel, choices_check
from common.principal import Principal
from partners.models.partner import Partner, PartnerType


class AgreementStatus(models.TextChoices):
    """Pending waits for a signature; a newer version of the same type supersedes an active one."""

    PENDING = "pending", "Pending"
    ACTIVE = "active", "Active"
    EXPIRED = "expired", "Expired"
    SUPERSEDED = "superseded", "Superseded"
    TERMINATED = "terminated", "Terminated"


class AgreementTemplateQuerySet(models.QuerySet["AgreementTemplate"]):
    """Reads of templates."""

    def current(self) -> AgreementTemplateQuerySet:
        """The newest published version of each type."""
        return self.filter(published_at__isnull=False).order_by("agreement_type", "-version").distinct("agreement_type")


@pghistory.track()
class AgreementTemplate(BaseModel):
    """One version of a standard agreement. What is published never changes: a new version replaces it."""

    agreement_type = models.SlugField(max_length=50)
    version = models.PositiveIntegerField(default=1)
    title = models.CharField(max_length=200)
    body = models.TextField(help_text="Paragraphs; a line that begins with # is a heading.")
    required = models.BooleanField(default=False, help_text="Needed to go live.")
    partner_types = ArrayField(
        models.CharField(max_length=20, choices=PartnerType.choices),
        default=list,
        blank=True,
        help_text="Whom it is required of; empty: everyone.",
    )
    validity_days = models.PositiveIntegerField(null=True, blank=True, help_text="From signature; empty: no end.")
    requires_reacceptance = models.BooleanField(
        default=True, help_text="Whether partners who signed an earlier version must sign this one."
    )
    published_at = models.DateTimeField(null=True, blank=True)

    objects = AgreementTemplateQuerySet.as_manager()

    class Meta:
        ordering = ["agreement_type", "-version"]
        constraints = [
            models.UniqueConstraint(fields=["agreement_type", "version"], name="agreement_template_version_unique")
        ]
        triggers = [
            pgtrigger.Protect(
                name="published_text_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__published_at__isnull=False)
                & (
                    pgtrigger.Q(old__body__df=pgtrigger.F("new__body"))
                    | pgtrigger.Q(old__title__df=pgtrigger.F("new__title"))
                    | pgtrigger.Q(old__version__df=pgtrigger.F("new__version"))
                    | pgtrigger.Q(old__agreement_type__df=pgtrigger.F("new__agreement_type"))
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"

    def is_required_of(self, partner: Partner) -> bool:
        """Whether `partner` needs it to be live."""
        return self.required and (not self.partner_types or partner.partner_type in self.partner_types)


class PartnerAgreementQuerySet(models.QuerySet["PartnerAgreement"]):
    """Reads of agreements."""

    def visible_to(self, principal: Principal) -> PartnerAgreementQuerySet:
        """The agreements of the caller's partner; all of them for admins and the core platform."""
        existing = self.filter(partner__deleted_at=None)
        return existing if principal.is_service else existing.filter(partner_id=principal.tenant_id)

    def active(self) -> PartnerAgreementQuerySet:
        """Signed and in force."""
        return self.filter(status=AgreementStatus.ACTIVE)

    def pending(self) -> PartnerAgreementQuerySet:
        """Waiting for a signature."""
        return self.filter(status=AgreementStatus.PENDING)

    def binding(self) -> PartnerAgreementQuerySet:
        """Those that were ever signed."""
        return self.filter(signed_date__isnull=False)


@pghistory.track()
class PartnerAgreement(BaseModel):
    """An agreement between the platform and a partner."""

    Status = AgreementStatus

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="agreements")
    template = models.ForeignKey(
        AgreementTemplate, null=True, blank=True, on_delete=models.PROTECT, related_name="agreements"
    )
    agreement_type = models.SlugField(max_length=50)
    title = models.CharField(max_length=200)
    version = models.PositiveIntegerField(default=1)
    terms = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    signed_date = models.DateField(null=True, blank=True)
    effective_date = models.DateField(null=True, blank=True)
    expiration_date = models.DateField(null=True, blank=True)
    signed_at = models.DateTimeField(null=True, blank=True, help_text="When the signature reached us.")
    signer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="signed_agreements"
    )
    signer_name = models.CharField(max_length=150, blank=True)
    signer_title = models.CharField(max_length=100, blank=True)
    signer_email = models.EmailField(blank=True)
    signed_ip = models.GenericIPAddressField(null=True, blank=True)
    recorded_by = models.CharField(max_length=254, blank=True, help_text="Staff who recorded a signature on paper.")
    document_sha256 = models.CharField(max_length=64, blank=True)
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The last warning before expiry.")

    objects = PartnerAgreementQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            choices_check("status", AgreementStatus, "agreement_status_valid"),
            models.UniqueConstraint(
                fields=["partner", "agreement_type"],
                condition=Q(status=AgreementStatus.ACTIVE),
                name="agreement_one_active",
            ),
            models.CheckConstraint(
                condition=Q(expiration_date=None)
                | Q(effective_date=None)
                | Q(expiration_date__gte=F("effective_date")),
                name="agreement_ends_after_it_begins",
            ),
            models.CheckConstraint(
                condition=~Q(status=AgreementStatus.ACTIVE) | Q(signed_date__isnull=False),
                name="agreement_active_is_signed",
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-id"], name="agreement_by_partner"),
            models.Index(
                fields=["expiration_date"], condition=Q(status=AgreementStatus.ACTIVE), name="agreement_by_expiry"
            ),
        ]
        triggers = [
            pgtrigger.Protect(
                name="signature_is_final",
                operation=pgtrigger.Update,
                condition=pgtrigger.Q(old__signed_date__isnull=False)
                & (
                    pgtrigger.Q(old__terms__df=pgtrigger.F("new__terms"))
                    | pgtrigger.Q(old__document_sha256__df=pgtrigger.F("new__document_sha256"))
                    | pgtrigger.Q(old__signed_date__df=pgtrigger.F("new__signed_date"))
                    | pgtrigger.Q(old__signed_at__df=pgtrigger.F("new__signed_at"))
                    | pgtrigger.Q(old__signer_name__df=pgtrigger.F("new__signer_name"))
                    | pgtrigger.Q(old__signed_ip__df=pgtrigger.F("new__signed_ip"))
                ),
            )
        ]

    def __str__(self) -> str:
        return f"{self.title}, version {self.version}"


class AgreementDocument(BaseModel):
    """The PDF that was put before the signer, byte for byte. Never changed, never deleted."""

    agreement = models.OneToOneField(PartnerAgreement, on_delete=models.PROTECT, related_name="document")
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return self.sha256
