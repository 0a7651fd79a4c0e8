"""Sending stored events again."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from django.core.cache import cache
from django.db import transaction
from django.utils import timezone

from common.errors import ConflictError, InvalidError, ThrottledError
from common.principal import Principal
from events.fanout import replayers
from events.models import EventType, PlatformEvent
from events.selectors import list_events
from events.services.catalogue import unknown_event

MAX_EVENTS = 1000
MAX_EVENTS_PER_HOUR = 10_000
HOUR = 3600


@transaction.atomic
def replay_event(*, event: PlatformEvent, actor: Principal, endpoint_id: uuid.UUID | None = None) -> int:
    """Send `event` again to one endpoint or to all that take it; return to how many.

    A partner reaches its own endpoints alone. Raises ConflictError for a test event, InvalidError when `endpoint_id` is
    none that takes the event, ThrottledError past the hour's share.
    """
    if event.is_test:
        raise ConflictError("test_event", "A test event is for the endpoint that was tested. Send another one.")
    take_share(actor, 1)
    partner_id = None if actor.is_service else actor.tenant_id
    sent = sum(replay(event, endpoint_id=endpoint_id, partner_id=partner_id) for replay in replayers)
    if endpoint_id is not None and sent == 0:
        raise InvalidError("No active webhook with this id takes the event.", field="webhook_id", code="not_found")
    return sent


@dataclass(frozen=True, kw_only=True)
class Selection:
    """Which events of the log."""

    since: datetime
    until: datetime | None = None
    event_name: str | None = None
    entity_type: str | None = None
    entity_id: str | None = None
    environment: str | None = None

    def events(self, actor: Principal) -> list[PlatformEvent]:
        """Those the actor sees, oldest first; InvalidError for a bad range, or when they are too many for one call."""
        if self.until is not None and self.since >= self.until:
            raise InvalidError("Expected a time after createdAfter.", field="created_before", code="invalid_range")
        if self.event_name is not None and not EventType.objects.filter(event_name=self.event_name).exists():
            raise unknown_event(self.event_name)
        named = {
            "event_type__event_name": self.event_name,
            "entity_type": self.entity_type,
            "entity_id": self.entity_id,
            "environment": self.environment,
        }
        events = list_events(principal=actor).since(self.since)
        if self.until is not None:
            events = events.until(self.until)
        events = events.filter(**{name: value for name, value in named.items() if value is not None})
        found = list(events.order_by("id")[: MAX_EVENTS + 1])
        if len(found) > MAX_EVENTS:
            raise InvalidError(
                f"More than {MAX_EVENTS} events: narrow the range.", field="created_after", code="too_many"
            )
        return found


@dataclass(frozen=True)
class Replayed:
    """What became of a range."""

    events: int
    deliveries: int


def replay_events(*, selection: Selection, actor: Principal, endpoint_id: uuid.UUID | None = None) -> Replayed:
    """Send a range again, oldest first.

    Raises InvalidError for too many events at once, and when `endpoint_id` is none that takes any of them;
    ThrottledError past the hour's share.
    """
    events = selection.events(actor)
    take_share(actor, len(events))
    partner_id = None if actor.is_service else actor.tenant_id
    with transaction.atomic():
        deliveries = sum(
            replay(event, endpoint_id=endpoint_id, partner_id=partner_id) for event in events for replay in replayers
        )
    if endpoint_id is not None and events and not deliveries:
        raise InvalidError(
            "No active webhook with this id takes any of these events.", field="webhook_id", code="not_found"
        )
    return Replayed(len(events), deliveries)


def take_share(actor: Principal, count: int) -> None:
    """Count `count` events against the hour of the actor's partner, or of the platform's own callers together."""
    now = timezone.now()
    key = f"replayed:{actor.tenant_id}:{now:%Y%m%d%H}"
    cache.add(key, 0, timeout=HOUR)
    try:
        used = cache.incr(key, count)
    except ValueError:
        return  # the cache is away: replays are rare, and the deliveries they make are limited themselves
    if used > MAX_EVENTS_PER_HOUR:
        cache.decr(key, count)
        wait = HOUR - now.minute * 60 - now.second
        raise ThrottledError(f"At most {MAX_EVENTS_PER_HOUR} events an hour can be replayed.", retry_after=wait)
