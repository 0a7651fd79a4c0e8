"""From an event to its deliveries, in the publishing transaction."""

from __future__ import annotations

import json
import uuid
from typing import Any

from django.conf import settings

from common.prepared import execute_prepared
from events.models import PlatformEvent
from partners.models import Partner
from partners.tiers import limits_of
from webhooks.models import WebhookDelivery
from webhooks.payload_filter import matches
from webhooks.sql import OWNERS, OWNERS_MAY_SUBSCRIBE, UUID7
from webhooks.subscriptions import subscription_names
from webhooks.wakeups import wake_on_commit

REPLAYS_PER_SECOND = 50  # to each endpoint

# When an endpoint's next replay may go: a little after the one before it, unless that has gone. So recovering a day of
# events does not flood a receiver, and nobody waits for another's replays. Ids are of the millisecond they were made
# in, hence a few of the newest instead of one.
AFTER_THE_LAST_REPLAY = f"""
(SELECT greatest(now(), max(due_at) + interval '1 second' / {REPLAYS_PER_SECOND}) FROM (
  SELECT CASE WHEN status = 'pending' AND attempt_number = 0 THEN due_at END AS due_at
  FROM webhooks_webhookdelivery WHERE endpoint_id = takers.id AND kind = 'replay' ORDER BY id DESC LIMIT 5) newest)
"""  # noqa: S608 (constants of ours)


def insert_statement(*, due_at: str) -> str:
    """One statement: who takes an event, and a delivery for each of them that has no payload filter.

    The others come back with their filters, and the statement runs again for those that match.

    An endpoint the platform switched off (disabled_reason) keeps its events: they are held, without a due time, as are
    those of one that has not proven its ownership yet. One that its owner switched off gets none. One that keeps the
    order gets them without a due time too: the delivery process gives it when the entity's turn has come (see
    webhooks.engine.ordering); publishers never wait for each other. The lock is the one that the foreign key takes at
    commit, taken here: an endpoint deleted in between would undo whatever the event is published with.
    """
    return f"""
WITH takers AS (
  SELECT w.id, w.active AND NOT w.unproven AS active, w.ordered, w.payload_filter
  FROM webhooks_webhookendpoint w {OWNERS}
  WHERE w.environment = %(environment)s
    AND w.subscribed_events && %(names)s::varchar[]
    AND (w.active OR w.disabled_reason <> '')
    AND (%(partner)s::uuid IS NULL OR w.partner_id = %(partner)s::uuid)
    AND (%(endpoints)s::uuid[] IS NULL OR w.id = ANY(%(endpoints)s::uuid[]))
    AND (%(scope)s::text = '' OR p.tier = ANY(%(tiers)s::varchar[]) AND %(scope)s::text = ANY(
      CASE w.environment WHEN 'test' THEN a.permissions ELSE a.approved_permissions END))
    AND {OWNERS_MAY_SUBSCRIBE}
  FOR KEY SHARE OF w
), inserted AS (
  INSERT INTO webhooks_webhookdelivery (id, created_at, updated_at, event_id, endpoint_id, status, kind, attempt_number,
    attempt_limit, due_at, order_key, last_error, event_name)
  SELECT {UUID7}, now(), now(), %(event)s, id, 'pending', %(kind)s, 0, %(limit)s,
    CASE WHEN active AND NOT ordered THEN {due_at} END,
    CASE WHEN ordered THEN hashtextextended(%(entity)s, 0) END, '', %(name)s
  FROM takers WHERE payload_filter = '{{}}' OR %(matched)s
  ON CONFLICT DO NOTHING RETURNING 1
)
SELECT (SELECT count(*) FROM inserted),
  (SELECT array_agg(id) FROM takers WHERE payload_filter <> '{{}}'),
  (SELECT jsonb_agg(payload_filter)::text FROM takers WHERE payload_filter <> '{{}}')
"""  # noqa: S608 (constants of ours)


INSERT = insert_statement(due_at="now()")
INSERT_REPLAY = insert_statement(due_at=AFTER_THE_LAST_REPLAY)


def insert_deliveries(
    event: PlatformEvent,
    *,
    kind: str,
    endpoint_id: uuid.UUID | None = None,
    partner_id: uuid.UUID | None = None,
) -> int:
    """One delivery of `event` to each endpoint that takes it, once each unless it is a replay; return how many."""
    parameters: dict[str, Any] = {
        "event": event.id,
        "kind": kind,
        "name": event.event_type.event_name,
        "limit": settings.WEBHOOK_MAX_RETRIES,
        "environment": event.environment,
        "names": subscription_names(event.event_type.event_name),
        "partner": event.partner_id or partner_id,
        "endpoints": None if endpoint_id is None else [endpoint_id],
        "scope": event.event_type.required_scope,
        "tiers": [tier for tier in Partner.Tier.values if event.event_type.required_scope in limits_of(tier).scopes],
        "entity": f"{event.entity_type}:{event.entity_id}",
        "matched": False,
    }
    if event.partner_id and partner_id and event.partner_id != partner_id:
        return 0
    statement = INSERT_REPLAY if kind == WebhookDelivery.Kind.REPLAY else INSERT
    inserted, filtered, filters = run(statement, parameters)
    if filtered:
        takers = zip(filtered, filters, strict=True)
        matched = [taker for taker, condition in takers if matches(condition, event.payload)]
        if matched:
            inserted += run(statement, {**parameters, "endpoints": matched, "matched": True})[0]
    if inserted:
        wake_on_commit()
    return inserted


def run(statement: str, parameters: dict[str, Any]) -> tuple[int, list[uuid.UUID], list[Any]]:
    """How many deliveries it inserted; the endpoints with a payload filter, and their filters."""
    ((inserted, filtered, filters),) = execute_prepared(statement, parameters)
    return inserted, filtered or [], json.loads(filters or "[]")


def fan_out(event: PlatformEvent) -> None:
    """Subscriber of every publish."""
    insert_deliveries(event, kind=WebhookDelivery.Kind.EVENT)


def deliver_event(*, event: PlatformEvent, endpoint_id: uuid.UUID | None = None) -> int:
    """Deliver `event` to the endpoints that take it and have not been given it yet; return how many there were."""
    return insert_deliveries(event, kind=WebhookDelivery.Kind.EVENT, endpoint_id=endpoint_id)


def replay_to_endpoints(event: PlatformEvent, *, endpoint_id: uuid.UUID | None, partner_id: uuid.UUID | None) -> int:
    """Send a stored event again, marked as a replay: REPLAYS_PER_SECOND to each endpoint.

    Those that keep the order get it in its turn instead, as the delivery process and their own limit allow.
    """
    return insert_deliveries(event, kind=WebhookDelivery.Kind.REPLAY, endpoint_id=endpoint_id, partner_id=partner_id)
