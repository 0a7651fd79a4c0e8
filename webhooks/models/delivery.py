"""One event on its way to one endpoint."""

from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import datetime

from django.db import models
from django.db.models import Case, Exists, F, OuterRef, Prefetch, Q, When

from common.base import BaseModel, choices_check
from common.partitions import uuid7_floor
from common.principal import Principal
from events.models import PlatformEvent
from webhooks.models.endpoint import WebhookEndpoint


class DeliveryStatus(models.TextChoices):
    """`failed` is the dead letter queue."""

    PENDING = "pending", "Pending"
    DELIVERED = "delivered", "Delivered"
    FAILED = "failed", "Failed"


class DeliveryKind(models.TextChoices):
    """Why it is sent: the event happened, somebody replayed it, or somebody tests the endpoint."""

    EVENT = "event", "Event"
    REPLAY = "replay", "Replay"
    TEST = "test", "Test"


class WebhookDeliveryQuerySet(models.QuerySet["WebhookDelivery"]):
    """Reads of deliveries."""

    def visible_to(self, principal: Principal) -> WebhookDeliveryQuerySet:
        """Deliveries to endpoints the caller can see."""
        if principal.is_admin:
            return self
        return self.filter(endpoint__in=WebhookEndpoint.objects.visible_to(principal))

    def pending(self) -> WebhookDeliveryQuerySet:
        """Still to be delivered."""
        return self.filter(status=WebhookDelivery.Status.PENDING)

    def undelivered(self) -> WebhookDeliveryQuerySet:
        """Whatever has not arrived. Two conditions, for each of which there is an index; `<>` would read the table."""
        return self.filter(Q(status=WebhookDelivery.Status.PENDING) | Q(status=WebhookDelivery.Status.FAILED))

    def settled(self) -> WebhookDeliveryQuerySet:
        """Arrived, or given up."""
        return self.exclude(status=WebhookDelivery.Status.PENDING)

    def stored(self) -> WebhookDeliveryQuerySet:
        """Those whose event is in the database."""
        return self.filter(Exists(PlatformEvent.objects.filter(pk=OuterRef("event_id"))))

    def archived(self) -> WebhookDeliveryQuerySet:
        """Those whose event was archived."""
        return self.exclude(Exists(PlatformEvent.objects.filter(pk=OuterRef("event_id"))))

    def with_events(self) -> WebhookDeliveryQuerySet:
        """Know of each whether its event is stored, in one more query: a join would leave out the archived."""
        return self.prefetch_related(Prefetch("event", PlatformEvent.objects.only("id")))

    def narrowed(
        self,
        *,
        status: Collection[str] = (),
        kind: Collection[str] = (),
        event: str = "",
        event_id: uuid.UUID | None = None,
        created_after: datetime | None = None,
        created_before: datetime | None = None,
    ) -> WebhookDeliveryQuerySet:
        """What all of these hold for that are given. Times are read off the ids, which hold them."""
        lookups = {
            "status__in": status,
            "kind__in": kind,
            "event_name": event,
            "event": event_id,
            "id__gte": uuid7_floor(created_after) if created_after else None,
            "id__lt": uuid7_floor(created_before) if created_before else None,
        }
        return self.filter(**{name: value for name, value in lookups.items() if value})

    def dead(self) -> WebhookDeliveryQuerySet:
        """The dead letter queue: every attempt failed."""
        return self.filter(status=WebhookDelivery.Status.FAILED)


class WebhookDelivery(BaseModel):
    """The state of one (event, endpoint): due, leased to a sender, delivered, or dead."""

    Status = DeliveryStatus
    Kind = DeliveryKind

    # No foreign key constraint: old partitions of the event log are archived and dropped on their own schedule.
    event = models.ForeignKey(
        PlatformEvent, on_delete=models.DO_NOTHING, db_constraint=False, db_index=False, related_name="deliveries"
    )
    # Here besides: it is what a log shows and is filtered by, and outlives the event in the database.
    event_name = models.CharField(max_length=100, blank=True, db_default="", help_text="Empty when it is not known.")
    # Not indexed by itself: `delivery_by_endpoint` begins with it, and every index costs each delivery a new entry.
    endpoint = models.ForeignKey(WebhookEndpoint, on_delete=models.CASCADE, db_index=False, related_name="deliveries")
    status = models.CharField(max_length=10, choices=Status.choices, default=Status.PENDING)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.EVENT)
    attempt_number = models.PositiveSmallIntegerField(default=0, help_text="Attempts claimed so far.")
    attempt_limit = models.PositiveSmallIntegerField(default=5, help_text="Attempts after which it is given up.")
    response_status = models.PositiveSmallIntegerField(null=True, blank=True)
    next_retry_at = models.DateTimeField(
        null=True, blank=True, help_text="When the next attempt is due; empty when none is."
    )
    due_at = models.DateTimeField(
        null=True,
        blank=True,
        help_text="From when on a sender may claim it; empty while it is held, or waits for its predecessor.",
    )
    order_key = models.BigIntegerField(
        null=True, blank=True, help_text="Hash of the event's entity at endpoints that keep the order."
    )
    # Not indexed, unlike due_at: a claim then touches no index (a heap-only tuple update).
    lease_token = models.UUIDField(null=True, blank=True)
    leased_until = models.DateTimeField(null=True, blank=True)
    last_error = models.CharField(max_length=200, blank=True)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = WebhookDeliveryQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "webhook deliveries"
        ordering = ["-id"]
        constraints = [
            choices_check("status", DeliveryStatus, "delivery_status_valid"),
            choices_check("kind", DeliveryKind, "delivery_kind_valid"),
            # An event goes to an endpoint once; replays and tests of it as often as somebody likes. Not a condition, so
            # that the index also finds every delivery of an event. It, like the primary key, is made half empty by its
            # migration: finishing enters each delivery a second time, and in a full page that means to look for entries
            # to drop, which costs more than the rest.
            models.UniqueConstraint(
                F("event"),
                F("endpoint"),
                Case(When(kind="event", then=None), default=F("id")),
                name="delivery_once_per_endpoint",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            # Senders walk it endpoint by endpoint, so that one endpoint's backlog never hides another's work.
            models.Index(fields=["endpoint", "due_at"], name="delivery_due", condition=Q(status="pending")),
            models.Index(fields=["endpoint", "-id"], name="delivery_by_endpoint"),
            models.Index(fields=["endpoint", "-id"], name="delivery_dead", condition=Q(status="failed")),
            # Small, for few are replays: when the last one goes decides when the next may.
            models.Index(fields=["endpoint", "-id"], name="delivery_replays", condition=Q(kind="replay")),
            models.Index(fields=["endpoint"], name="delivery_held", condition=Q(status="pending", due_at__isnull=True)),
            # Empty unless an endpoint keeps the order: who waits for whom, and for whom it is at all.
            models.Index(
                fields=["endpoint", "order_key", "event"],
                name="delivery_waiting",
                condition=Q(status="pending", due_at__isnull=True, order_key__isnull=False),
            ),
            models.Index(
                fields=["endpoint", "order_key"],
                name="delivery_under_way",
                condition=Q(status="pending", due_at__isnull=False, order_key__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event_id} -> {self.endpoint_id} ({self.status})"

    @property
    def stored_event(self) -> PlatformEvent | None:
        """Its event; None when that was archived."""
        try:
            return self.event
        except PlatformEvent.DoesNotExist:
            return None
