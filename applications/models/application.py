"""Applications partners build and have reviewed."""

from __future__ import annotations

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models

from common.base import BaseModel, choices_check
from common.principal import Principal
from partners.models import Partner


class ApplicationStatus(models.TextChoices):
    """The spec's states, and the two a review needs in between."""

    DRAFT = "draft", "Draft"
    SUBMITTED = "submitted", "Submitted"
    IN_REVIEW = "in_review", "In review"
    CHANGES_REQUESTED = "changes_requested", "Changes requested"
    APPROVED = "approved", "Approved"
    REJECTED = "rejected", "Rejected"
    PUBLISHED = "published", "Published"
    SUSPENDED = "suspended", "Suspended"
    DEPRECATED = "deprecated", "Deprecated"


class PartnerApplicationQuerySet(models.QuerySet["PartnerApplication"]):
    """Reads of applications."""

    def visible_to(self, principal: Principal) -> PartnerApplicationQuerySet:
        """The applications of the caller's partner; all of them for admins and the core platform."""
        if principal.is_service:
            return self
        return self.filter(partner_id=principal.tenant_id)

    def operational(self) -> PartnerApplicationQuerySet:
        """Applications whose live credentials work."""
        return self.filter(status__in=PartnerApplication.OPERATIONAL)


@pghistory.track()
class PartnerApplication(BaseModel):
    """An application of a partner, from draft to deprecation."""

    Status = ApplicationStatus

    OPERATIONAL = (Status.APPROVED, Status.PUBLISHED, Status.DEPRECATED)

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="applications")
    app_name = models.CharField(max_length=100)
    description = models.TextField(blank=True)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    permissions = ArrayField(models.CharField(max_length=50), default=list, blank=True, help_text="Scopes asked for.")
    approved_permissions = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, help_text="Scopes granted by review."
    )
    data_access = models.JSONField(default=dict, blank=True)
    security_info = models.JSONField(default=dict, blank=True)
    status_reason = models.TextField(blank=True)
    sunset_date = models.DateField(null=True, blank=True)

    objects = PartnerApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            choices_check("status", ApplicationStatus, "application_status_valid"),
            models.UniqueConstraint(fields=["partner", "app_name"], name="application_name_unique"),
        ]
        indexes = [
            models.Index(fields=["partner", "-id"], name="application_by_partner"),
            models.Index(fields=["status", "-id"], name="application_by_status"),
        ]

    def __str__(self) -> str:
        return self.app_name

    def allows(self, environment: str) -> bool:
        """Whether credentials of `environment` work: a draft has the sandbox, live needs an approved application."""
        if environment == "test":
            return self.status not in {self.Status.SUSPENDED, self.Status.REJECTED}
        return self.status in self.OPERATIONAL
