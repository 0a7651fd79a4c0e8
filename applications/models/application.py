"""Applications partners build and have reviewed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pghistory
import pgtrigger
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q, Value
from django.db.models.functions import Concat, Lower
from django.utils import timezone

from applications import transitions
from applications.models.content import ApplicationContent
from applications.sunset import notice_headers
from common.base import BaseModel, choices_check
from common.principal import Principal
from partners.models import Partner

if TYPE_CHECKING:
    from applications.models.version import ApplicationVersion


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
            return self.present()
        return self.present().filter(partner_id=principal.tenant_id)

    def present(self) -> PartnerApplicationQuerySet:
        """Applications that were not deleted."""
        return self.filter(deleted_at=None)

    def matching(self, text: str) -> PartnerApplicationQuerySet:
        """Applications whose name or description contain every word of `text`."""
        found = self
        for word in text.lower().split():
            found = found.filter(search_text__contains=word)
        return found

    def operational(self) -> PartnerApplicationQuerySet:
        """Applications whose live credentials work."""
        today = timezone.now().date()
        return self.present().filter(
            ~Q(status=ApplicationStatus.DEPRECATED, sunset_date__lte=today), status__in=PartnerApplication.OPERATIONAL
        )


@pghistory.track(exclude=["search_text"])
class PartnerApplication(ApplicationContent, BaseModel):
    """An application of a partner, from draft to deprecation. Its content is what the partner edits."""

    Status = ApplicationStatus

    OPERATIONAL = (Status.APPROVED, Status.PUBLISHED, Status.DEPRECATED)
    UNDER_REVIEW = (Status.SUBMITTED, Status.IN_REVIEW)

    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="applications")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.DRAFT)
    approved_permissions = ArrayField(
        models.CharField(max_length=50), default=list, blank=True, help_text="Scopes granted by review."
    )
    live_version = models.ForeignKey(
        "applications.ApplicationVersion",
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="+",
        help_text="The approved submission the public sees.",
    )
    status_reason = models.TextField(blank=True)
    api_version = models.CharField(
        max_length=10, blank=True, help_text="The version of the API it gets unless a request names another."
    )
    sunset_date = models.DateField(null=True, blank=True)
    deprecated_at = models.DateTimeField(null=True, blank=True)
    sunset_warned_days = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="The latest warning sent: days before the sunset date."
    )
    stopped_at = models.DateTimeField(null=True, blank=True, help_text="When the sunset took effect.")
    deleted_at = models.DateTimeField(null=True, blank=True)
    search_text = models.GeneratedField(
        expression=Lower(Concat(F("app_name"), Value(" "), F("description"), output_field=models.TextField())),
        output_field=models.TextField(),
        db_persist=True,
    )

    objects = PartnerApplicationQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [
            choices_check("status", ApplicationStatus, "application_status_valid"),
            models.UniqueConstraint(
                fields=["partner", "app_name"], name="application_name_unique", condition=Q(deleted_at=None)
            ),
        ]
        indexes = [
            models.Index(fields=["partner", "-id"], name="application_by_partner"),
            models.Index(fields=["status", "-id"], name="application_by_status"),
            models.Index(fields=["-created_at", "-id"], name="application_by_age"),
            models.Index(fields=["-updated_at", "-id"], name="application_by_change"),
            models.Index(fields=["app_name", "id"], name="application_by_name"),
            GinIndex(fields=["permissions"], name="application_by_scope"),
            GinIndex(OpClass(F("search_text"), name="gin_trgm_ops"), name="application_search"),
            models.Index(
                fields=["sunset_date"],
                name="application_by_sunset",
                condition=Q(status=ApplicationStatus.DEPRECATED, stopped_at=None),
            ),
        ]
        triggers = [
            pgtrigger.FSM(name="legal_status", field="status", transitions=transitions.pairs(transitions.APPLICATION))
        ]

    def __str__(self) -> str:
        return self.app_name

    @property
    def pending_version(self) -> ApplicationVersion | None:
        """The submission that waits for a decision."""
        return self.versions.pending().first()

    @property
    def public_name(self) -> str:
        """The name a review approved; a change of it waits for the next approval."""
        return self.live_version.app_name if self.live_version else self.app_name

    @property
    def is_live(self) -> bool:
        """Whether a review let it into live and it is not suspended."""
        return self.status in self.OPERATIONAL

    @property
    def is_editable(self) -> bool:
        """Whether its content may change: not during a review, nor once suspended or on its way out."""
        fixed = {*self.UNDER_REVIEW, self.Status.SUSPENDED, self.Status.DEPRECATED}
        return self.status not in fixed and self.deleted_at is None

    def has_unreviewed_changes(self) -> bool:
        """Whether the content differs from what was last approved."""
        if self.live_version is None:
            return set(self.permissions) != set(self.approved_permissions)
        return self.content() != self.live_version.content()

    def allows(self, environment: str) -> bool:
        """Whether credentials of `environment` work: a draft has the sandbox, live needs an approved application."""
        if self.deleted_at is not None or self.is_sunset():
            return False
        if environment == "test":
            return self.status not in {self.Status.SUSPENDED, self.Status.REJECTED}
        return self.status in self.OPERATIONAL

    def notice_headers(self) -> tuple[tuple[str, str], ...]:
        """What answers to its keys and tokens say once it is deprecated."""
        if self.status != self.Status.DEPRECATED:
            return ()
        return notice_headers(self.deprecated_at, self.sunset_date)

    def is_sunset(self) -> bool:
        """Whether its last day is over: a deprecated application stops at midnight UTC of its sunset date."""
        if self.status != self.Status.DEPRECATED or self.sunset_date is None:
            return False
        return timezone.now().date() >= self.sunset_date
