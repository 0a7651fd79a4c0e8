"""Where a partner receives events."""

from __future__ import annotations

from datetime import datetime
from typing import cast

import pghistory
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.utils import timezone

from common.base import BaseModel, Environment, choices_check
from common.fields import EncryptedJSONField, EncryptedTextField
from common.principal import Principal
from integrations.models import Integration
from partners.models import Partner
from webhooks.previous_secrets import PreviousSecret, still_signing


class WebhookEndpointQuerySet(models.QuerySet["WebhookEndpoint"]):
    """Reads of endpoints."""

    def visible_to(self, principal: Principal) -> WebhookEndpointQuerySet:
        """The endpoints of the caller's partner, in the caller's environment for keys and tokens; all for admins."""
        if principal.is_admin:
            return self
        visible = self.filter(partner_id=principal.tenant_id)
        if principal.role is None:
            visible = visible.filter(environment=principal.environment)
        return visible

    def active(self) -> WebhookEndpointQuerySet:
        """Endpoints that new events are fanned out to."""
        return self.filter(active=True)

    def failing(self) -> WebhookEndpointQuerySet:
        """Endpoints that fail, that the platform switched off for failing, or that failed their ownership challenge."""
        failing = models.Q(failing_since__isnull=False) | ~models.Q(disabled_reason="")
        return self.filter(failing | (models.Q(active=True, unproven=True) & ~models.Q(ownership_error="")))

    def removed(self) -> WebhookEndpointQuerySet:
        """Endpoints whose log is still being deleted."""
        return self.filter(removed_at__isnull=False)


EveryEndpoint = models.Manager.from_queryset(WebhookEndpointQuerySet)


class PresentEndpoints(EveryEndpoint["WebhookEndpoint"]):
    """All but the removed, which nobody is to see again."""

    def get_queryset(self) -> WebhookEndpointQuerySet:
        """Those that are there."""
        return cast("WebhookEndpointQuerySet", super().get_queryset().filter(removed_at=None))


@pghistory.track(exclude=["webhook_secret", "previous_secrets", "custom_headers", "failing_since", "warned_at"])
class WebhookEndpoint(BaseModel):
    """A URL that gets the subscribed events of its environment, signed."""

    integration = models.ForeignKey(Integration, on_delete=models.PROTECT, related_name="webhooks")
    partner = models.ForeignKey(Partner, on_delete=models.PROTECT, related_name="webhooks")
    endpoint_url = models.CharField(max_length=2000)
    description = models.CharField(max_length=200, blank=True)
    webhook_secret = EncryptedTextField(editable=False)
    secret_rotated_at = models.DateTimeField(null=True, blank=True, help_text="When the secret was last replaced.")
    previous_secrets = EncryptedJSONField(default=list, blank=True, editable=False)
    previous_secret_expires_at = models.DateTimeField(
        null=True, blank=True, help_text="When the last of the earlier secrets stops signing."
    )
    subscribed_events = ArrayField(models.CharField(max_length=100), default=list)
    active = models.BooleanField(default=True)
    disabled_reason = models.CharField(
        max_length=200, blank=True, help_text="Why the platform switched it off; empty when its owner did."
    )
    unproven = models.BooleanField(
        default=False, help_text="Its events are held until it answers the ownership challenge."
    )
    ownership_error = models.CharField(max_length=200, blank=True, help_text="Why the last challenge failed.")
    verified_at = models.DateTimeField(null=True, blank=True, help_text="When it answered the ownership challenge.")
    failing_since = models.DateTimeField(
        null=True, blank=True, help_text="First failed attempt since the last success; empty while all is well."
    )
    warned_at = models.DateTimeField(null=True, blank=True, help_text="When its owners were last warned of failures.")
    custom_headers = EncryptedJSONField(default=dict, blank=True)
    payload_filter = models.JSONField(default=dict, blank=True, help_text="Conditions an event's data must meet.")
    field_mapping = models.JSONField(
        default=dict, blank=True, help_text="What of an event's data it is sent, and under which names."
    )
    max_in_flight = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Requests at once, per delivery process; empty: the platform's default."
    )
    max_per_second = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="Requests per second, per delivery process; empty: no limit."
    )
    ordered = models.BooleanField(
        default=False, help_text="Send the events of one entity in their order, each after the former is settled."
    )
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    removed_at = models.DateTimeField(
        null=True, blank=True, editable=False, help_text="When its owner removed it; it goes when its log has gone."
    )

    objects = PresentEndpoints()
    stored = EveryEndpoint()

    class Meta:
        ordering = ["-id"]
        constraints = [choices_check("environment", Environment, "webhook_endpoint_environment_valid")]
        indexes = [
            models.Index(fields=["partner", "-id"], name="endpoint_by_partner"),
            GinIndex(fields=["subscribed_events"], name="endpoint_by_subscription"),
        ]

    def __str__(self) -> str:
        return self.endpoint_url

    @property
    def ownership_status(self) -> str:
        """`not_required`, `pending`, `failed` or `verified`."""
        if self.unproven:
            return "failed" if self.ownership_error else "pending"
        return "verified" if self.verified_at else "not_required"

    @property
    def pause(self) -> str:
        """What of its owner's keeps events from it, `integration`, `application` or `partner`; empty: nothing.

        As OWNERS_MAY_SUBSCRIBE in webhooks.sql has it.
        """
        if self.integration.status == Integration.Status.INACTIVE:
            return "integration"
        if not self.integration.application.allows(self.environment):
            return "application"
        return "" if self.partner.allows(self.environment) else "partner"

    @property
    def signing_besides(self) -> list[PreviousSecret]:
        """The earlier secrets that still sign, the newest first."""
        return still_signing(self.previous_secrets, timezone.now())

    @property
    def overlap_ends_at(self) -> datetime | None:
        """When the last of them stops signing."""
        return max((one.expires_at for one in self.signing_besides), default=None)

    @property
    def is_held(self) -> bool:
        """Whether the platform switched it off: its events are kept for it meanwhile."""
        return not self.active and bool(self.disabled_reason)
