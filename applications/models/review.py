"""What a review leaves behind: decisions, comments, and every change of state."""

from __future__ import annotations

import pghistory
import pgtrigger
from django.conf import settings
from django.db import models
from django.utils.text import Truncator

from applications.models.application import PartnerApplication
from applications.models.version import ApplicationVersion
from common.base import BaseModel, choices_check
from common.principal import Principal


class Decision(models.TextChoices):
    """What a reviewer says."""

    APPROVE = "approve", "Approve"
    REJECT = "reject", "Reject"
    REQUEST_CHANGES = "request_changes", "Request changes"


class ApplicationReview(BaseModel):
    """One reviewer's decision on one version. A high-risk version needs two approvals."""

    Decision = Decision

    version = models.ForeignKey(ApplicationVersion, on_delete=models.PROTECT, related_name="reviews")
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewer_key = models.CharField(max_length=64, editable=False, help_text="Who counts as one reviewer.")
    reviewer_label = models.CharField(max_length=254)
    decision = models.CharField(max_length=20, choices=Decision.choices)
    comments = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        constraints = [
            choices_check("decision", Decision, "application_review_decision_valid"),
            models.UniqueConstraint(
                fields=["version", "reviewer_key", "decision"], name="application_review_once_per_reviewer"
            ),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.get_decision_display()} by {self.reviewer_label}"


class ReviewCommentQuerySet(models.QuerySet["ReviewComment"]):
    """Reads of comments."""

    def visible_to(self, principal: Principal) -> ReviewCommentQuerySet:
        """Everything for admins; for a partner the comments on its applications that are not internal notes."""
        if principal.is_admin:
            return self
        return self.filter(application__partner_id=principal.tenant_id, internal=False)


class ReviewComment(BaseModel):
    """A message between reviewer and partner, or a note between reviewers. Replies point at what they answer."""

    application = models.ForeignKey(PartnerApplication, on_delete=models.PROTECT, related_name="comments")
    version = models.ForeignKey(
        ApplicationVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="comments"
    )
    parent = models.ForeignKey("self", null=True, blank=True, on_delete=models.PROTECT, related_name="replies")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    author_label = models.CharField(max_length=254)
    from_staff = models.BooleanField()
    internal = models.BooleanField(default=False, help_text="Shown to reviewers alone.")
    body = models.TextField()

    objects = ReviewCommentQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["application", "id"], name="review_comment_by_application")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.author_label}: {self.opening}"

    @property
    def opening(self) -> str:
        """How it begins, on one line."""
        return Truncator(" ".join(self.body.split())).chars(60)


class ApplicationStatusChange(BaseModel):
    """Who moved an application or a version from one state to another, when and why."""

    application = models.ForeignKey(PartnerApplication, on_delete=models.PROTECT, related_name="status_changes")
    version = models.ForeignKey(
        ApplicationVersion, null=True, blank=True, on_delete=models.PROTECT, related_name="status_changes"
    )
    from_status = models.CharField(max_length=20)
    to_status = models.CharField(max_length=20)
    actor_kind = models.CharField(max_length=20)
    actor_id = models.UUIDField(null=True, blank=True)
    actor_label = models.CharField(max_length=254, blank=True)
    reason = models.TextField(blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [models.Index(fields=["application", "id"], name="status_change_by_application")]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.from_status} to {self.to_status}"


@pghistory.track()
class CannedReason(BaseModel):
    """A text reviewers reuse."""

    title = models.CharField(max_length=100, unique=True)
    body = models.TextField()

    class Meta:
        ordering = ["title"]

    def __str__(self) -> str:
        return self.title
