"""The append-only log of platform events: the transactional outbox."""

from __future__ import annotations

from datetime import datetime

import pgtrigger
from django.db import models
from django.db.models import Q

from common.base import BaseModel, Environment, choices_check
from common.partitions import uuid7_floor
from common.principal import Principal
from events.models.event_type import EventType
from events.payloads import JavaScriptDecoder
from events.visibility import event_scopes


class PlatformEventQuerySet(models.QuerySet["PlatformEvent"]):
    """Reads of the log."""

    def visible_to(self, principal: Principal) -> PlatformEventQuerySet:
        """Events addressed to the caller's partner or to everyone, of the caller's environment and scopes."""
        if principal.is_service:
            return self
        allowed = Q()
        for environment, scopes in event_scopes(principal).items():
            allowed |= Q(environment=environment, event_type__required_scope__in=["", *scopes])
        return self.filter(allowed, Q(partner_id=None) | Q(partner_id=principal.tenant_id))

    def genuine(self) -> PlatformEventQuerySet:
        """What happened, without what was only made to try an endpoint."""
        return self.filter(is_test=False)

    def since(self, moment: datetime) -> PlatformEventQuerySet:
        """Events made at `moment` or later: by id, which holds the time, so that only those days are read."""
        return self.filter(id__gte=uuid7_floor(moment))

    def until(self, moment: datetime) -> PlatformEventQuerySet:
        """Events made before `moment`."""
        return self.filter(id__lt=uuid7_floor(moment))

    def of_entity(self, entity_type: str, entity_id: str) -> PlatformEventQuerySet:
        """The timeline of one entity, oldest first."""
        return self.filter(entity_type=entity_type, entity_id=entity_id).order_by("id")


class PlatformEvent(BaseModel):
    """Something that happened. Written in the transaction that made it happen, never changed afterwards."""

    # `event_by_type` begins with it: no index of its own.
    event_type = models.ForeignKey(EventType, on_delete=models.PROTECT, db_index=False, related_name="events")
    entity_type = models.CharField(max_length=50)
    entity_id = models.CharField(max_length=100)
    payload = models.JSONField(decoder=JavaScriptDecoder)
    environment = models.CharField(max_length=4, choices=Environment.choices, default=Environment.LIVE)
    partner_id = models.UUIDField(
        null=True, blank=True, help_text="Addressee; empty: every partner whose application may see it."
    )
    schema_version = models.PositiveIntegerField(
        null=True, blank=True, help_text="Version of the schema that the payload met; empty: it was not noted yet."
    )
    is_test = models.BooleanField(
        default=False, db_default=False, help_text="Made to try one endpoint: it stands for nothing that happened."
    )

    objects = PlatformEventQuerySet.as_manager()

    class Meta:
        ordering = ["-id"]
        constraints = [choices_check("environment", Environment, "platform_event_environment_valid")]
        indexes = [
            models.Index(fields=["event_type", "-id"], name="event_by_type"),
            models.Index(fields=["entity_type", "entity_id", "-id"], name="event_by_entity"),
            models.Index(fields=["environment", "-id"], name="event_by_environment"),
            models.Index(fields=["partner_id", "-id"], name="event_by_partner", condition=Q(partner_id__isnull=False)),
        ]
        triggers = [pgtrigger.Protect(name="append_only", operation=pgtrigger.Update | pgtrigger.Delete)]

    def __str__(self) -> str:
        return f"{self.public_id}"

    @property
    def public_id(self) -> str:
        """The id on the wire: `evt_` and 32 hex digits."""
        return f"evt_{self.id.hex}"
