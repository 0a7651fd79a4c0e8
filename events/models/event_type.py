"""The catalogue of event types."""

from __future__ import annotations

from typing import Any

import pghistory
from django.core.validators import RegexValidator
from django.db import models

from common.base import BaseModel, choices_check

# A name goes into a header, a field of the event stream and subscriptions beside `lead.*` and `*`. `\Z`: Python's `$`
# would let a line break follow.
EVENT_NAME = r"^[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z"
NAME_RULE = "Expected lower-case letters, digits and underscores in two or more parts with dots between: quote.made."


class EventCategory(models.TextChoices):
    """What the event is about; `platform` covers partners, applications and keys."""

    LEAD = "lead", "Lead"
    POLICY = "policy", "Policy"
    CLAIM = "claim", "Claim"
    USER = "user", "User"
    INTEGRATION = "integration", "Integration"
    BILLING = "billing", "Billing"
    PLATFORM = "platform", "Platform"
    CUSTOM = "custom", "Custom"


class EventTypeQuerySet(models.QuerySet["EventType"]):
    """Reads of the catalogue."""

    def active(self) -> EventTypeQuerySet:
        """Types that can be published and subscribed to."""
        return self.filter(active=True)

    def with_schemas(self) -> EventTypeQuerySet:
        """Each with `schemas`, its state as it last was in each version of its schema, oldest first."""
        history = EventType.pgh_event_model.objects.order_by("pgh_obj_id", "schema_version", "-pgh_id")  # type: ignore[attr-defined]  # (pghistory sets it)
        versions = history.distinct("pgh_obj_id", "schema_version")
        return self.prefetch_related(models.Prefetch("history", versions, to_attr="schemas"))


@pghistory.track(obj_field=pghistory.ObjForeignKey(related_name="history"))
class EventType(BaseModel):
    """One kind of event, with the JSON Schema its payload is held to at publish; its history keeps every version."""

    Category = EventCategory

    event_name = models.CharField(
        max_length=100, unique=True, validators=[RegexValidator(EVENT_NAME, NAME_RULE)], help_text="Such as quote.made."
    )
    description = models.TextField()
    event_category = models.CharField(max_length=20, choices=Category.choices, db_index=True)
    payload_schema = models.JSONField(default=dict)
    schema_version = models.PositiveIntegerField(default=1)
    example = models.JSONField(default=dict)
    required_scope = models.CharField(
        max_length=50, blank=True, help_text="Scope an application needs to receive it; empty: none."
    )
    active = models.BooleanField(default=True)

    objects = EventTypeQuerySet.as_manager()

    class Meta:
        ordering = ["event_name"]
        constraints = [
            choices_check("event_category", EventCategory, "event_type_category_valid"),
            models.CheckConstraint(condition=models.Q(event_name__regex=EVENT_NAME), name="event_type_name_valid"),
        ]

    def __str__(self) -> str:
        return self.event_name

    @property
    def earlier_schemas(self) -> list[Any]:
        """Its states with the schemas before this one, oldest first; of a type that was read `with_schemas`."""
        states: list[Any] = self.schemas  # type: ignore[attr-defined]  # (the prefetch sets it)
        return [state for state in states if state.schema_version < self.schema_version]
