"""Submitted versions: what a review decides on, frozen."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q

from applications import transitions
from applications.models.application import PartnerApplication
from applications.models.content import ApplicationContent
from applications.risk import Risk
from common.base import BaseModel, choices_check
from common.principal import Principal


class VersionStatus(models.TextChoices):
    """How far the review of one submission is."""

    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    WITHDRAWN = "withdrawn", "Withdrawn"


class RiskChoices(models.TextChoices):
    """Risk, as choices of a field."""

    LOW = Risk.LOW.value, "Low"
    MEDIUM = Risk.MEDIUM.value, "Medium"
    HIGH = Risk.HIGH.value, "High"


class ApplicationVersionQuerySet(models.QuerySet["ApplicationVersion"]):
    """Reads of versions."""

    def visible_to(self, principal: Principal) -> ApplicationVersionQuerySet:
        """The versions of the caller's partner; all of them for admins."""
        if principal.is_admin:
            return self
        return self.filter(application__partner_id=principal.tenant_id)

    def pending(self) -> ApplicationVersionQuerySet:
        """Submissions that wait for a decision."""
        return self.filter(status__in=ApplicationVersion.PENDING)

    def queued(self) -> ApplicationVersionQuerySet:
        """Pending submissions in the order they are due."""
        return self.pending().order_by("due_at", "id")

    def decided(self) -> ApplicationVersionQuerySet:
        """Submissions a reviewer has decided."""
        return self.exclude(decided_at=None)


@pghistory.track()
class ApplicationVersion(ApplicationContent, BaseModel):
    """One submission of an application. Its content never changes; only the review moves on."""

    Status = VersionStatus
    PENDING = (Status.SUBMITTED, Status.IN_REVIEW)

    application = models.ForeignKey(PartnerApplication, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.SUBMITTED)
    note = models.TextField(blank=True, help_text="What the partner tells the reviewer.")
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    submitted_label = models.CharField(max_length=254, blank=True)
    risk = models.CharField(max_length=10, choices=RiskChoices.choices)
    checks = models.JSONField(default=list, blank=True, help_text="Findings of the security validation at submission.")
    due_at = models.DateTimeField(help_text="When the review should be decided.")
    claimed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="claimed_versions"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    objects = ApplicationVersionQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        verbose_name = "submission"
        constraints = [
            choices_check("status", VersionStatus, "application_version_status_valid"),
            choices_check("risk", RiskChoices, "application_version_risk_valid"),
            models.UniqueConstraint(fields=["application", "number"], name="application_version_number_unique"),
            models.UniqueConstraint(
                fields=["application"],
                name="application_version_one_pending",
                condition=Q(status__in=["submitted", "in_review"]),
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_at", "id"],
                name="application_version_queue",
                condition=Q(status__in=["submitted", "in_review"]),
            ),
            models.Index(fields=["-decided_at"], name="application_version_decided"),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_status", field="status", transitions=transitions.pairs(transitions.VERSION)),
            pgtrigger.ReadOnly(
                name="frozen", fields=[*ApplicationContent.CONTENT, "application", "number", "note", "risk", "checks"]
            ),
            pgtrigger.Protect(name="kept", operation=pgtrigger.Delete),
        ]

    def __str__(self) -> str:
        return f"{self.app_name} v{self.number}"

    @property
    def is_pending(self) -> bool:
        """Whether it waits for a decision."""
        return self.status in self.PENDING
