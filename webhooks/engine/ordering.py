"""First in, first out, for endpoints that ask for it: of one entity's deliveries at most one is under way.

At such an endpoint a delivery is made without a due time. Here it gets one, oldest event first, when nothing of its
entity is due, being sent or waiting for its next attempt. Claims know nothing of all this.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence

from django.db import connection, transaction

from webhooks.sql import OWNERS, OWNERS_MAY_RECEIVE

LOOK_SECONDS = 0.5
COSTLY_SECONDS = 0.02
PATIENCE = 9  # a costly look is repeated after nine times as long, so it takes a tenth of the time

WAITING = "status = 'pending' AND due_at IS NULL AND order_key IS NOT NULL"
UNDER_WAY = "status = 'pending' AND due_at IS NOT NULL AND order_key IS NOT NULL"

IN_USE = f"""
SELECT EXISTS (SELECT FROM webhooks_webhookendpoint WHERE ordered)
  OR EXISTS (SELECT FROM webhooks_webhookdelivery WHERE {WAITING})
"""  # noqa: S608 (constants of ours)

# One entity after the other along the index (a loose index scan), however many wait for each.
EVERY_ENTITY = f"""
WITH RECURSIVE entities AS (
  (SELECT endpoint_id, order_key FROM webhooks_webhookdelivery
   WHERE {WAITING} ORDER BY endpoint_id, order_key LIMIT 1)
  UNION ALL
  SELECT n.endpoint_id, n.order_key FROM entities e CROSS JOIN LATERAL (
    SELECT endpoint_id, order_key FROM webhooks_webhookdelivery
    WHERE {WAITING} AND (endpoint_id, order_key) > (e.endpoint_id, e.order_key)
    ORDER BY endpoint_id, order_key LIMIT 1) n
)"""  # noqa: S608 (constants of ours)
THOSE_OF = """
WITH entities AS (
  SELECT DISTINCT endpoint_id, order_key FROM webhooks_webhookdelivery
  WHERE id = ANY(%(ids)s) AND order_key IS NOT NULL
)"""
RELEASE = f"""
UPDATE webhooks_webhookdelivery d SET due_at = statement_timestamp()
FROM entities e
JOIN webhooks_webhookendpoint w ON w.id = e.endpoint_id {OWNERS}
CROSS JOIN LATERAL (
  SELECT id FROM webhooks_webhookdelivery
  WHERE {WAITING} AND endpoint_id = e.endpoint_id AND order_key = e.order_key ORDER BY event_id, id LIMIT 1) head
WHERE d.id = head.id AND d.status = 'pending' AND d.due_at IS NULL AND w.active AND {OWNERS_MAY_RECEIVE}
  AND NOT EXISTS (SELECT FROM webhooks_webhookdelivery u
    WHERE u.status = 'pending' AND u.due_at IS NOT NULL AND u.order_key IS NOT NULL
      AND u.endpoint_id = e.endpoint_id AND u.order_key = e.order_key)
"""  # noqa: S608 (constants of ours)


@transaction.atomic
def release(condition: str, ids: Sequence[uuid.UUID] = ()) -> int:
    """Make the oldest waiting delivery of each entity due that has none under way; return how many there were.

    One process at a time: two that look at different moments could each let another delivery of one entity go.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtext('treaty.delivery_order'))")
        cursor.execute(condition + RELEASE, {"ids": list(ids)})
        return int(cursor.rowcount)


class Ordering:
    """Keeps the order for one delivery process; where no endpoint asks for it, it looks twice a second."""

    def __init__(self) -> None:
        self.in_use = False
        self.look_at = 0.0
        self.release_at = 0.0

    def release_due(self) -> None:
        """Let go what waits for nothing any more: what was published, and what followed a settled delivery."""
        now = time.monotonic()
        if now >= self.look_at:
            self.look_at = now + LOOK_SECONDS
            with connection.cursor() as cursor:
                cursor.execute(IN_USE)
                (self.in_use,) = cursor.fetchone()
        if not self.in_use or now < self.release_at:
            return
        release(EVERY_ENTITY)
        ended = time.monotonic()
        if ended - now > COSTLY_SECONDS:
            self.release_at = ended + PATIENCE * (ended - now)

    def settled(self, ids: Sequence[uuid.UUID]) -> bool:
        """Let the successors of settled deliveries go; return whether there were any."""
        return release(THOSE_OF, ids) > 0
