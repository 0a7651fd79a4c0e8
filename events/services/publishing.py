"""Publishing: the transactional outbox."""

from __future__ import annotations

import uuid
from typing import Any

from django.db import transaction

from common.errors import InvalidError
from events.fanout import subscribers
from events.models import EventType, PlatformEvent


@transaction.atomic
def publish_event(
    *,
    event_name: str,
    entity_type: str,
    entity_id: str,
    payload: dict[str, Any],
    environment: str = "live",
    partner_id: uuid.UUID | None = None,
) -> PlatformEvent:
    """Append an event in the caller's transaction and fan it out; a rollback takes both back.

    `partner_id` addresses it to one partner; None offers it to every partner whose application may see it.
    Raises InvalidError for an unknown event name or a payload its schema refuses.
    """
    event_type = EventType.objects.active().filter(event_name=event_name).first()
    if event_type is None:
        raise InvalidError(f"There is no event type {event_name!r}.", field="event", code="unknown_event")
    event = PlatformEvent.objects.create(
        event_type=event_type,
        entity_type=entity_type,
        entity_id=entity_id,
        payload=payload,
        environment=environment,
        partner_id=partner_id,
    )
    for subscriber in subscribers:
        subscriber(event)
    return event
