"""The state of deliveries in PostgreSQL: claim, finish, give back, hold. One statement each, never across a request."""

from __future__ import annotations

import json
import threading
import time
import uuid
from collections import OrderedDict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
import psycopg
import structlog
from django.db import connection

from common import fields, javascript_json
from webhooks.engine.limits import FIRST_WINDOW
from webhooks.engine.messages import Claim, Endpoint, Outcome, attempt_row
from webhooks.payload import envelope
from webhooks.previous_secrets import still_signing
from webhooks.sql import OWNERS, OWNERS_MAY_RECEIVE

CACHED_EVENTS = 2048
CACHED_ENDPOINTS = 8192
PLAN_SECONDS = 1.0  # planning a claim takes as long as claiming a hundred deliveries
FOREVER = datetime.max.replace(tzinfo=UTC)

logger = structlog.get_logger(__name__)

# `heads` hops from endpoint to endpoint along the index (a loose index scan), so its cost is the number of endpoints
# with work and not the length of any backlog. At `first_due` an endpoint's deliveries begin, past those that arrived
# and stay in the index until it is vacuumed. Its room bounds what is taken for it; an endpoint that is new to this
# process has what its own limits leave of `default_room`. Of those whose first deliveries became due at one moment, as
# in a transaction that publishes many events, none is always the last, which `total` leaves out. `xmin` tells whether
# the endpoint we know is still the current one. A row this locked cannot move, so it is updated where it lies.
CLAIM = f"""
WITH RECURSIVE heads AS (
  (SELECT endpoint_id, due_at FROM webhooks_webhookdelivery
   WHERE status = 'pending' ORDER BY endpoint_id, due_at LIMIT 1)
  UNION ALL
  SELECT n.endpoint_id, n.due_at FROM heads h CROSS JOIN LATERAL (
    SELECT endpoint_id, due_at FROM webhooks_webhookdelivery
    WHERE status = 'pending' AND endpoint_id > h.endpoint_id ORDER BY endpoint_id, due_at LIMIT 1) n
), ready AS MATERIALIZED (
  SELECT h.endpoint_id, h.due_at AS first_due,
    coalesce(r.room, least(%(default_room)s, w.max_in_flight, w.max_per_second)) AS room,
    w.xmin::text AS version, w.active AND {OWNERS_MAY_RECEIVE} AS usable
  FROM heads h LEFT JOIN unnest(%(endpoints)s::uuid[], %(rooms)s::int[]) AS r(endpoint_id, room)
    ON r.endpoint_id = h.endpoint_id
  JOIN webhooks_webhookendpoint w ON w.id = h.endpoint_id {OWNERS}
  WHERE h.due_at <= statement_timestamp() AND coalesce(r.room, %(default_room)s) > 0
  ORDER BY h.due_at, random()
), due AS MATERIALIZED (
  SELECT c.place, r.version, r.usable FROM ready r CROSS JOIN LATERAL (
    SELECT d.ctid AS place FROM webhooks_webhookdelivery d
    WHERE d.endpoint_id = r.endpoint_id AND d.status = 'pending'
      AND d.due_at BETWEEN r.first_due AND statement_timestamp()
      AND (d.lease_token IS NULL OR d.leased_until < statement_timestamp())
    ORDER BY d.due_at LIMIT r.room FOR UPDATE SKIP LOCKED) c
  LIMIT %(total)s
), claimed AS (
  UPDATE webhooks_webhookdelivery d
  SET leased_until = statement_timestamp() + %(lease)s * interval '1 second', lease_token = %(token)s,
    attempt_number = d.attempt_number + 1
  FROM due WHERE d.ctid = due.place
  RETURNING d.id, d.event_id, d.endpoint_id, d.kind, d.attempt_number, d.attempt_limit, due.version, due.usable
)
SELECT * FROM claimed
"""  # noqa: S608 (constants of ours)

ENDPOINTS = f"""
SELECT w.id, w.endpoint_url, w.environment, w.webhook_secret, w.previous_secrets,
  w.xmin::text, w.active AND {OWNERS_MAY_RECEIVE}, w.failing_since IS NOT NULL, w.custom_headers, w.max_in_flight,
  w.max_per_second, w.ordered, w.field_mapping::text
FROM webhooks_webhookendpoint w {OWNERS} WHERE w.id = ANY(%s)
"""  # noqa: S608 (constants of ours)

# Of the partitions, one a day for as long as events are kept, the bounds leave those of these ids before any is opened.
# Joined to the claim, every one of them would be planned for and locked each time.
EVENTS = """
SELECT e.id, t.event_name, e.created_at, e.payload::text FROM events_platformevent e
JOIN events_eventtype t ON t.id = e.event_type_id
WHERE e.id BETWEEN '{first}' AND '{last}' AND e.id = ANY(%s::uuid[])
"""

# A worker that lost its lease (token) changes nothing, yet what it sent is on record. Members left out are empty.
FINISH = """
WITH r AS (
  SELECT * FROM json_to_recordset(%s::json) AS r(delivery_id uuid, token uuid, attempt_id uuid, attempt_number int2,
    started_at float8, duration_ms float8, url text, request_headers text, response_status int2,
    response_headers text, response_body text, error text, error_detail text, status text,
    delay float8, last_error text, request_body text)
), recorded AS (
  INSERT INTO webhooks_webhookattempt (id, created_at, updated_at, delivery_id, attempt_number, started_at, duration_ms,
    request_url, request_headers, request_body, response_status, response_headers, response_body, error, error_detail,
    succeeded)
  SELECT attempt_id, now(), now(), delivery_id, attempt_number, to_timestamp(started_at), duration_ms, url,
    request_headers, coalesce(request_body, ''), response_status, response_headers, response_body, coalesce(error, ''),
    coalesce(error_detail, ''), status = 'delivered'
  FROM r
)
UPDATE webhooks_webhookdelivery d
SET status = r.status, response_status = r.response_status, last_error = coalesce(r.last_error, ''),
  lease_token = NULL, leased_until = NULL,
  due_at = now() + r.delay * interval '1 second', next_retry_at = now() + r.delay * interval '1 second',
  delivered_at = CASE r.status WHEN 'delivered' THEN now() END, updated_at = now()
FROM r WHERE d.id = r.delivery_id AND d.lease_token = r.token
RETURNING d.id
"""
# When the connection was lost in the middle of it, it may have come to pass nevertheless.
FINISH_AGAIN = FINISH.replace("  FROM r\n)", "  FROM r ON CONFLICT DO NOTHING\n)")

GIVE_BACK = """
UPDATE webhooks_webhookdelivery d
SET attempt_number = d.attempt_number - 1, lease_token = NULL, leased_until = NULL,
  due_at = CASE WHEN NOT r.hold THEN now() END, next_retry_at = CASE WHEN NOT r.hold THEN d.next_retry_at END
FROM unnest(%s::uuid[], %s::uuid[], %s::bool[]) AS r(delivery_id, token, hold)
WHERE d.id = r.delivery_id AND d.lease_token = r.token
"""

GIVE_UP = """
UPDATE webhooks_webhookdelivery d
SET status = 'failed', attempt_number = d.attempt_number - 1, lease_token = NULL, leased_until = NULL,
  due_at = NULL, next_retry_at = NULL,
  last_error = r.reason, updated_at = now()
FROM unnest(%s::uuid[], %s::uuid[], %s::text[]) AS r(delivery_id, token, reason)
WHERE d.id = r.delivery_id AND d.lease_token = r.token
"""

RESUME = f"""
UPDATE webhooks_webhookdelivery d SET due_at = now()
WHERE d.status = 'pending' AND d.due_at IS NULL AND d.order_key IS NULL AND d.endpoint_id IN (
  SELECT w.id FROM webhooks_webhookendpoint w {OWNERS} WHERE w.active AND {OWNERS_MAY_RECEIVE})
"""  # noqa: S608 (constants of ours)

FAILING = "UPDATE webhooks_webhookendpoint SET failing_since = now() WHERE id = ANY(%s) AND failing_since IS NULL"
RECOVERED = """
UPDATE webhooks_webhookendpoint SET failing_since = NULL, warned_at = NULL
WHERE id = ANY(%s) AND failing_since IS NOT NULL
"""


class Leased(NamedTuple):
    """A row of CLAIM."""

    delivery_id: uuid.UUID
    event_id: uuid.UUID
    endpoint_id: uuid.UUID
    kind: str
    attempt_number: int
    attempt_limit: int
    version: str  # of the endpoint
    usable: bool


@lru_cache(maxsize=8192)
def open_secret(sealed: str, column: str) -> str:
    """Decrypt a column of an endpoint; ciphertexts are unique, so the cache can never be stale."""
    return fields.decrypt(sealed, associated=f"webhooks_webhookendpoint.{column}") if sealed else ""


@dataclass(frozen=True, slots=True)
class KnownEndpoint:
    """An endpoint and for how long it is current."""

    endpoint: Endpoint
    version: str
    usable: bool  # in the database; the endpoint is not, besides, when its secret cannot be read
    until: datetime

    def is_current(self, version: str, usable: bool, now: datetime) -> bool:  # noqa: FBT001 (a column)
        """Whether it is as the claim found it."""
        return self.version == version and self.usable is usable and self.endpoint.usable is usable and now < self.until


def open_endpoint(row: tuple[Any, ...], now: datetime) -> KnownEndpoint:
    """An endpoint from its row of ENDPOINTS."""
    key, url, environment, sealed, previous, version, usable, failing, headers, *options = row
    keys, custom, until, readable = [], {}, FOREVER, True
    try:
        keys.append(open_secret(sealed, "webhook_secret"))
        for one in still_signing(json.loads(open_secret(previous, "previous_secrets") or "[]"), now):
            keys.append(one.secret)
            until = min(until, one.expires_at)
        custom = json.loads(open_secret(headers, "custom_headers") or "{}")
    except fields.DecryptionError as error:
        # One endpoint whose key is missing is held; it must not stop the others.
        logger.exception("endpoint_unreadable", endpoint=str(key), error=str(error))
        readable = False
    in_flight, per_second, ordered, mapping = options
    endpoint = Endpoint(
        id=key,
        url=url,
        environment=environment,
        secrets=tuple(keys),
        usable=usable and readable,
        failing=failing,
        custom_headers=custom,
        max_in_flight=in_flight,
        max_per_second=per_second,
        ordered=ordered,
        mapping=json.loads(mapping),
    )
    return KnownEndpoint(endpoint, version, usable, until)


class Tuned(threading.local):
    """Of each thread: the connection that is set up, and since when its plans are in use."""

    connection: psycopg.Connection | None = None
    planned_at = 0.0


class Store:
    """Runs the statements on the thread's Django connection, bypassing the ORM.

    One thread may claim while another finishes: what is known of events and endpoints is the claiming one's alone.
    """

    def __init__(self) -> None:
        self.events: OrderedDict[uuid.UUID, tuple[str, str]] = OrderedDict()
        self.endpoints: dict[uuid.UUID, KnownEndpoint] = {}
        self.tuned = Tuned()

    def execute(
        self, statement: str, parameters: Any = None, *, prepare: bool = False
    ) -> psycopg.Cursor[tuple[Any, ...]]:
        """Run one statement. Raises psycopg.OperationalError when PostgreSQL is away."""
        connection.ensure_connection()
        raw = connection.connection
        if raw is not self.tuned.connection and not connection.in_atomic_block:
            # What is lost in a crash of PostgreSQL itself is at most sent again: no need to wait for the disk.
            raw.execute("SET synchronous_commit = off")
            raw.execute("SET plan_cache_mode = force_generic_plan")
            raw.prepare_threshold = 5  # Django has psycopg prepare nothing; here `prepare` decides
            self.tuned.connection = raw
        if prepare:
            self.drop_old_plans(raw)
        cursor: psycopg.Cursor[tuple[Any, ...]] = psycopg.Cursor(raw)
        # Binary results are read in a third of the time that text takes.
        return cursor.execute(statement, parameters, prepare=prepare, binary=True)

    def drop_old_plans(self, raw: psycopg.Connection) -> None:
        """Have PostgreSQL plan prepared statements anew: a plan made for empty tables must not outlive them."""
        now = time.monotonic()
        if now - self.tuned.planned_at > PLAN_SECONDS:
            raw.execute("DISCARD PLANS")
            self.tuned.planned_at = now

    def claim(
        self, *, rooms: dict[uuid.UUID, int], total: int, lease: float, default_room: int = FIRST_WINDOW
    ) -> list[Claim]:
        """Take the lease of due deliveries, at most `total` and each endpoint's room."""
        token = uuid.uuid4()
        parameters = {
            "endpoints": list(rooms),
            "rooms": list(rooms.values()),
            "default_room": default_room,
            "total": total,
            "lease": lease,
            "token": token,
        }
        rows = [Leased(*row) for row in self.execute(CLAIM, parameters, prepare=True)]
        if not rows:
            return []
        self.know_endpoints({row.endpoint_id: (row.version, row.usable) for row in rows})
        self.know_events({row.event_id for row in rows})
        return [
            Claim(
                delivery_id=row.delivery_id,
                event_id=row.event_id,
                endpoint_id=row.endpoint_id,
                kind=row.kind,
                attempt_number=row.attempt_number,
                attempt_limit=row.attempt_limit,
                token=token,
                endpoint=known.endpoint,
                event_name=name,
                content=content,
            )
            for row in rows
            for name, content in (self.events.get(row.event_id, ("", "")),)
            # Else it was deleted a moment ago, with its deliveries.
            if (known := self.endpoints.get(row.endpoint_id)) is not None
        ]

    def know_endpoints(self, stamps: dict[uuid.UUID, tuple[str, bool]]) -> None:
        """Have the endpoints at hand as they are now: an edit or a suspension holds from the next claim on."""
        now = datetime.now(tz=UTC)
        if len(self.endpoints) > CACHED_ENDPOINTS:
            self.endpoints.clear()
        stale = [
            key
            for key, stamp in stamps.items()
            if (known := self.endpoints.get(key)) is None or not known.is_current(*stamp, now)
        ]
        if not stale:
            return
        for key in stale:
            self.endpoints.pop(key, None)
        for row in self.execute(ENDPOINTS, [stale]):
            known = open_endpoint(row, now)
            self.endpoints[known.endpoint.id] = known

    def know_events(self, ids: Collection[uuid.UUID]) -> None:
        """Have the signed content of every event at hand; events never change."""
        missing = []
        for key in ids:
            if key in self.events:
                self.events.move_to_end(key)
            else:
                missing.append(key)
        if missing:
            statement = EVENTS.format(first=min(missing), last=max(missing))
            wanted = ",".join(map(str, missing))
            for key, name, happened_at, payload in self.execute(statement, [f"{{{wanted}}}"]):
                data = javascript_json.rewrite(payload)
                self.events[key] = (name, envelope(event_id=key, event_name=name, happened_at=happened_at, data=data))
        while len(self.events) > max(CACHED_EVENTS, len(ids)):
            self.events.popitem(last=False)

    def finish(self, outcomes: Sequence[Outcome], *, again: bool = False) -> set[uuid.UUID]:
        """Record the attempts and move their deliveries on; return the deliveries whose lease was still ours.

        `again` when it was tried before, and may have been done.
        """
        # One JSON document: psycopg makes SQL arrays element by element in Python, four times as slow.
        rows = [attempt_row(outcome) for outcome in outcomes]
        statement = FINISH_AGAIN if again else FINISH
        return {row[0] for row in self.execute(statement, [orjson.dumps(rows).decode()], prepare=True)}

    def give_back(self, claims: Sequence[Claim], *, hold: bool) -> None:
        """Undo claims that were not sent: due again at once, or held until their endpoint is usable."""
        ids, tokens = [claim.delivery_id for claim in claims], [claim.token for claim in claims]
        self.execute(GIVE_BACK, [ids, tokens, [hold] * len(claims)])

    def give_up(self, claims: Sequence[Claim]) -> None:
        """Dead-letter what cannot be sent: one sender after the other died of it, or its event is archived."""
        reasons = [
            "interrupted: the sender died during the last attempts" if claim.content else "archived: the event is gone"
            for claim in claims
        ]
        self.execute(GIVE_UP, [[c.delivery_id for c in claims], [c.token for c in claims], reasons])

    def resume_held(self) -> int:
        """Make held deliveries due whose endpoint, integration, application and partner are all well again."""
        return self.execute(RESUME).rowcount

    def mark_failing(self, ids: Sequence[uuid.UUID]) -> None:
        """Start the clock of endpoints that began to fail."""
        self.execute(FAILING, [ids])

    def mark_recovered(self, ids: Sequence[uuid.UUID]) -> None:
        """Stop the clock of endpoints that succeeded again."""
        self.execute(RECOVERED, [ids])
