"""The catalogue of event types."""

from __future__ import annotations

import re
import time
from dataclasses import dataclass
from typing import Any

from django.db import transaction

from common.errors import DomainError, InvalidError
from events.catalogue import STANDARD_EVENTS, StandardEvent
from events.models import EventType
from events.models.event_type import EVENT_NAME, NAME_RULE
from events.payloads import check_against_schema, check_schema, normalize_payload

CACHE_SECONDS = 5.0


@dataclass
class CachedType:
    """An event type and when it is read again."""

    event_type: EventType
    stale_at: float


cache: dict[str, CachedType] = {}


def active_event_type(event_name: str) -> EventType:
    """The active type of that name, at most five seconds old; raises InvalidError when there is none."""
    event_type = known_event_type(event_name)
    if not event_type.active:
        raise unknown_event(event_name)
    return event_type


def unknown_event(event_name: str) -> InvalidError:
    """The refusal of a name that cannot be published."""
    return InvalidError(f"There is no event type {event_name!r}.", field="event", code="unknown_event")


def known_event_type(event_name: str) -> EventType:
    """The type of that name, retired ones as well, at most five seconds old; raises InvalidError when there is none."""
    cached = cache.get(event_name)
    now = time.monotonic()
    if cached is not None and cached.stale_at > now:
        return cached.event_type
    event_type = EventType.objects.filter(event_name=event_name).first()
    if event_type is None:
        cache.pop(event_name, None)
        raise unknown_event(event_name)
    cache[event_name] = CachedType(event_type, now + CACHE_SECONDS)
    return event_type


def check_event_type(*, event_name: str, payload_schema: Any, example: Any) -> None:
    """Hold a type to what publishing will ask of it; raises InvalidError naming the field."""
    if not re.search(EVENT_NAME, event_name):
        raise InvalidError(NAME_RULE, field="event_name")
    check_schema(payload_schema)
    try:
        check_against_schema(normalize_payload(example), payload_schema)
    except DomainError as error:
        raise InvalidError(error.message, field="example", code=error.code) from None


@transaction.atomic
def save_event_type(*, event_type: EventType) -> EventType:
    """Store a type that an administrator made or changed; a changed schema gets the next version.

    Raises InvalidError for a bad name, for what is no JSON Schema and for an example that the schema refuses.
    """
    check_event_type(
        event_name=event_type.event_name, payload_schema=event_type.payload_schema, example=event_type.example
    )
    stored = EventType.objects.select_for_update().filter(pk=event_type.pk).first()
    if stored is not None:
        event_type.schema_version = stored.schema_version + (stored.payload_schema != event_type.payload_schema)
    event_type.save()
    cache.pop(event_type.event_name, None)
    return event_type


@transaction.atomic
def initialize_standard_events() -> tuple[int, int]:
    """Create the standard event types that are missing and update those that changed; return how many of each.

    A changed schema gets the next version. Whether a type is active is the administrators' choice and kept.
    """
    cache.clear()
    stored = {event_type.event_name: event_type for event_type in EventType.objects.select_for_update()}
    missing = [event for event in STANDARD_EVENTS if event.name not in stored]
    EventType.objects.bulk_create((new_type(event) for event in missing), ignore_conflicts=True)
    updated = sum(update_type(stored[event.name], event) for event in STANDARD_EVENTS if event.name in stored)
    return len(missing), updated


def new_type(event: StandardEvent) -> EventType:
    """An unsaved type of the catalogue's entry."""
    return EventType(
        event_name=event.name,
        description=event.description,
        event_category=event.category,
        payload_schema=event.payload_schema,
        example=event.example,
        required_scope=event.required_scope,
    )


def update_type(event_type: EventType, event: StandardEvent) -> bool:
    """Bring a stored type up to the catalogue; tell whether it differed."""
    wanted = new_type(event)
    names = ["description", "event_category", "payload_schema", "example", "required_scope"]
    changed = [name for name in names if getattr(event_type, name) != getattr(wanted, name)]
    if not changed:
        return False
    for name in changed:
        setattr(event_type, name, getattr(wanted, name))
    if "payload_schema" in changed:
        event_type.schema_version += 1
    event_type.save(update_fields=[*changed, "schema_version", "updated_at"])
    return True
