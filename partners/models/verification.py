"""The verification checklist of a partner, and the documents that support it."""

from __future__ import annotations

import pghistory
from django.conf import settings
from django.db import models
from django.db.models import Q

from common.base import BaseModel, choices_check
from common.fields import EncryptedJSONField
from common.principal import Principal
from partners.files import private_storage
from partners.models.partner import Partner


class ItemStatus(models.TextChoices):
    """Confirmed is one of the two acceptances an Enterprise partner needs."""

    OPEN = "open", "Open"
    SUBMITTED = "submitted", "Submitted"
    CONFIRMED = "confirmed", "Confirmed once"
    ACCEPTED = "accepted", "Accepted"
    REJECTED = "rejected", "Rejected"
    EXPIRED = "expired", "Expired"


class VerificationItemQuerySet(models.QuerySet["VerificationItem"]):
    """Reads of checklists."""

    def visible_to(self, principal: Principal) -> VerificationItemQuerySet:
        """The items of the caller's partner; all of them for admins."""
        existing = self.filter(partner__deleted_at=None)
        return existing if principal.is_admin else existing.filter(partner_id=principal.tenant_id)

    def to_review(self) -> VerificationItemQuerySet:
        """Waiting for staff."""
        return self.filter(status__in=[ItemStatus.SUBMITTED, ItemStatus.CONFIRMED])


@pghistory.track(exclude=["answer"])
class VerificationItem(BaseModel):
    """One entry of the checklist. The answer may hold bank data, so it is encrypted."""

    Status = ItemStatus

    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="verification_items")
    key = models.SlugField(max_length=50)
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.OPEN)
    answer = EncryptedJSONField(default=dict)
    note = models.TextField(blank=True, help_text="What the reviewer tells the partner.")
    submitted_at = models.DateTimeField(null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    second_reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(null=True, blank=True)
    expires_on = models.DateField(null=True, blank=True)
    warned_days = models.PositiveSmallIntegerField(null=True, blank=True, help_text="The last warning before expiry.")

    objects = VerificationItemQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            choices_check("status", ItemStatus, "verification_item_status_valid"),
            models.UniqueConstraint(fields=["partner", "key"], name="verification_item_once"),
            models.CheckConstraint(
                condition=Q(second_reviewer=None) | ~Q(second_reviewer=models.F("reviewer")),
                name="verification_four_eyes",
            ),
        ]
        indexes = [
            models.Index(
                fields=["submitted_at"],
                condition=Q(status__in=["submitted", "confirmed"]),
                name="verification_queue",
            ),
            models.Index(fields=["expires_on"], condition=Q(status="accepted"), name="verification_by_expiry"),
        ]

    def __str__(self) -> str:
        return f"{self.partner}: {self.key}"


@pghistory.track()
class VerificationDocument(BaseModel):
    """An uploaded file, kept in private storage."""

    item = models.ForeignKey(VerificationItem, on_delete=models.CASCADE, related_name="documents")
    file = models.FileField(upload_to="verification/", storage=private_storage)
    filename = models.CharField(max_length=150)
    content_type = models.CharField(max_length=50)
    size = models.PositiveIntegerField()
    sha256 = models.CharField(max_length=64)
    uploaded_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["id"]
        constraints = [models.UniqueConstraint(fields=["item", "sha256"], name="verification_document_once")]

    def __str__(self) -> str:
        return self.filename
