"""Reads that are more than one QuerySet method."""

from __future__ import annotations

import uuid
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db.models import Count
from django.db.models.functions import TruncDate

from common.principal import Principal
from common.replica import reads_replica
from events.models import EventType, PlatformEvent
from events.models.platform_event import PlatformEventQuerySet

PUBLIC_PREFIX = "evt_"


def event_id(raw: str) -> uuid.UUID | None:
    """The id of an event from either of its spellings: the UUID, or `evt_` and 32 hex digits as webhooks carry it."""
    try:
        return uuid.UUID(raw.removeprefix(PUBLIC_PREFIX))
    except ValueError:
        return None


def get_event_by_id(*, principal: Principal, key: str | uuid.UUID) -> PlatformEvent | None:
    """The event of that id, in either of its spellings, a test event as well; None when the caller sees none."""
    pk = event_id(str(key))
    visible = PlatformEvent.objects.visible_to(principal).select_related("event_type")
    return visible.filter(pk=pk).first() if pk else None


def list_events(*, principal: Principal, **lookups: Any) -> PlatformEventQuerySet:
    """What happened, as the caller may see it, newest first; without test events, which tell of nothing."""
    return PlatformEvent.objects.visible_to(principal).genuine().filter(**lookups).select_related("event_type")


def list_event_types(category: str = "") -> list[EventType]:
    """The active catalogue, by name."""
    types = EventType.objects.active()
    return list(types.filter(event_category=category) if category else types)


@reads_replica
def get_event_statistics(*, principal: Principal, start: date, end: date) -> dict[str, Any]:
    """How many events the caller sees from `start` to `end`, both included, in UTC."""
    after = datetime.combine(start, time.min, tzinfo=UTC)
    before = datetime.combine(end + timedelta(days=1), time.min, tzinfo=UTC)
    events = list_events(principal=principal).since(after).until(before)
    by_type: list[Any] = list(
        events.order_by()
        .values("event_type__event_name", "event_type__event_category", "environment")
        .annotate(count=Count("id"))
    )
    by_day = events.order_by().annotate(day=TruncDate("created_at")).values("day").annotate(count=Count("id"))
    return {
        "start_date": start,
        "end_date": end,
        "total": sum(row["count"] for row in by_type),
        "by_event": totals(by_type, "event_type__event_name", "event"),
        "by_category": totals(by_type, "event_type__event_category", "category"),
        "by_environment": totals(by_type, "environment", "environment"),
        "by_day": [{"date": row["day"], "count": row["count"]} for row in by_day.order_by("day")],
    }


def totals(rows: list[dict[str, Any]], key: str, name: str) -> list[dict[str, Any]]:
    """The counts of `rows` added up by `key`, greatest first."""
    sums: dict[str, int] = {}
    for row in rows:
        sums[row[key]] = sums.get(row[key], 0) + row["count"]
    return [
        {name: value, "count": count} for value, count in sorted(sums.items(), key=lambda item: (-item[1], item[0]))
    ]
