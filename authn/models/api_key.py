"""API keys, stored as a keyed hash."""

from __future__ import annotations

import uuid

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone

from applications.models import PartnerApplication
from authn.models.service_account import ServiceAccount
from common.base import BaseModel, Environment, choices_check
from common.ids import uuid7
from common.principal import Principal
from partners.models import Partner
from partners.tiers import limits_of


class ApiKeyStatus(models.TextChoices):
    """A rotated key works until its overlap ends."""

    ACTIVE = "active", "Active"
    ROTATED = "rotated", "Rotated"
    REVOKED = "revoked", "Revoked"
    EXPIRED = "expired", "Expired"


class ApiKeyQuerySet(models.QuerySet["ApiKey"]):
    """Reads of keys."""

    def visible_to(self, principal: Principal) -> ApiKeyQuerySet:
        """The keys of the caller's partner; every key for admins."""
        if principal.is_admin:
            return self
        return self.filter(partner_id=principal.tenant_id)

    def usable(self) -> ApiKeyQuerySet:
        """Active keys, and rotated ones whose overlap has not ended, that have not expired."""
        now = timezone.now()
        return self.filter(
            Q(status=ApiKey.Status.ACTIVE) | Q(status=ApiKey.Status.ROTATED, overlap_ends_at__gt=now),
            Q(expires_at=None) | Q(expires_at__gt=now),
        )


@pghistory.track(
    pghistory.InsertEvent(),
    pghistory.UpdateEvent(
        condition=pghistory.AnyChange(exclude=["last_used_at", "request_count", "reminded_at", "updated_at"])
    ),
)
class ApiKey(BaseModel):
    """A credential of an application, or of a core service. The key itself is shown once and never stored."""

    Status = ApiKeyStatus

    partner = models.ForeignKey(Partner, null=True, blank=True, on_delete=models.PROTECT, related_name="api_keys")
    application = models.ForeignKey(
        PartnerApplication, null=True, blank=True, on_delete=models.PROTECT, related_name="api_keys"
    )
    service_account = models.ForeignKey(
        ServiceAccount, null=True, blank=True, on_delete=models.PROTECT, related_name="api_keys"
    )
    name = models.CharField(max_length=100, blank=True)
    key_value = models.CharField(max_length=64, unique=True, editable=False, help_text="Hex HMAC-SHA-256 of the key.")
    key_prefix = models.CharField(max_length=8, db_index=True, editable=False)
    last_four = models.CharField(max_length=4, editable=False)
    scopes = ArrayField(models.CharField(max_length=50), default=list)
    rate_limit = models.PositiveIntegerField(help_text="Requests per hour.")
    bucket_id = models.UUIDField(
        default=uuid7, editable=False, help_text="Names the token bucket; a key and its successor share one."
    )
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.ACTIVE)
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    allowed_networks = ArrayField(
        models.CharField(max_length=43), default=list, blank=True, help_text="CIDR ranges; empty: any."
    )
    expires_at = models.DateTimeField(null=True, blank=True)
    overlap_ends_at = models.DateTimeField(null=True, blank=True)
    successor = models.OneToOneField(
        "self", null=True, blank=True, on_delete=models.SET_NULL, related_name="predecessor"
    )
    revoked_reason = models.CharField(max_length=200, blank=True)
    last_used_at = models.DateTimeField(null=True, blank=True)
    request_count = models.PositiveBigIntegerField(default=0)
    reminded_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its owners were last told to rotate or replace it."
    )

    objects = ApiKeyQuerySet.as_manager()

    class Meta:
        verbose_name = "API key"
        ordering = ["-id"]
        constraints = [
            choices_check("status", ApiKeyStatus, "api_key_status_valid"),
            choices_check("environment", Environment, "api_key_environment_valid"),
            models.CheckConstraint(
                condition=Q(partner__isnull=False, application__isnull=False, service_account__isnull=True)
                | Q(partner__isnull=True, application__isnull=True, service_account__isnull=False),
                name="api_key_has_one_owner",
            ),
            models.CheckConstraint(condition=Q(rate_limit__gt=0), name="api_key_rate_limit_positive"),
        ]
        indexes = [models.Index(fields=["partner", "-id"], name="api_key_by_partner")]

    def __str__(self) -> str:
        return f"{self.key_prefix}…{self.last_four}"

    @property
    def label(self) -> str:
        """What people call it: its name, if it has one, and how it begins and ends."""
        return f"{self.name} ({self})" if self.name else str(self)

    @property
    def owner_id(self) -> uuid.UUID:
        """The partner or the service account."""
        owner = self.partner_id or self.service_account_id
        assert owner is not None  # noqa: S101 (api_key_has_one_owner)
        return owner

    @property
    def is_usable(self) -> bool:
        """Whether the key itself works now; its partner and application have their say besides."""
        now = timezone.now()
        if self.expires_at is not None and self.expires_at <= now:
            return False
        overlaps = self.overlap_ends_at is not None and self.overlap_ends_at > now
        return self.status == self.Status.ACTIVE or (self.status == self.Status.ROTATED and overlaps)

    @property
    def current_status(self) -> str:
        """The status as it is now: a key whose time has passed is expired, whether or not the sweep has come by."""
        if self.status in {self.Status.ACTIVE, self.Status.ROTATED} and not self.is_usable:
            expired = self.expires_at is not None and self.expires_at <= timezone.now()
            return self.Status.EXPIRED.value if expired else self.status
        return self.status

    @property
    def effective_rate_limit(self) -> int:
        """Its limit, as far as the tier of its partner allows it now."""
        if self.partner is None:
            return self.rate_limit
        return min(self.rate_limit, limits_of(self.partner.tier).rate_limit)

    def effective_scopes(self) -> list[str]:
        """Those of its scopes that application and tier still have; `admin` is staff's grant, not the application's."""
        if self.application is None or self.partner is None:
            return list(self.scopes)
        available = {"admin", *grantable_scopes(self.application, self.environment, self.partner.tier)}
        return [scope for scope in self.scopes if scope in available]


def grantable_scopes(application: PartnerApplication, environment: str, tier: str) -> set[str]:
    """What a credential of an application may carry: what review approved, in the sandbox also what it asks for.

    Of that, what the tier of its partner does not withhold; no tier has `admin`.
    """
    scopes = set(application.approved_permissions)
    if environment == Environment.TEST:
        scopes |= set(application.permissions)
    return scopes & limits_of(tier).scopes
