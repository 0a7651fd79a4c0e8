"""The meter: from the usage stream to the request log and to hourly usage, every answered call exactly once.

One transaction stores a batch of calls, what they add up to, and how far the stream was read. A call that also took
the way round Valkey has the same id both times, so the second copy finds the first one in place.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any, cast

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.utils import DataError, IntegrityError
from django.utils import timezone
from redis import Redis

from authn.metering import FIELD, STREAM, Call, decode
from authn.models import SpooledCall
from billing.models import MeterCheckpoint
from billing.services.usage import add_usage
from billing.tally import tally_calls, tally_keys, tally_routes
from common.ids import uuid7

BATCH = 2000
COLUMNS = (
    "id, at, partner_id, application_id, credential_id, request_id, method, route, status, duration_ms, "
    "request_bytes, response_bytes, environment, address, headers"
)

logger = structlog.get_logger(__name__)


def drain_stream(valkey: Redis, *, block_ms: int | None = None, batch: int = BATCH) -> int:
    """Store the next calls of the stream, waiting up to `block_ms` for the first; returns how many entries were read.

    Raises RedisError and the database's errors: nothing is lost by trying again.
    """
    checkpoint, _ = MeterCheckpoint.objects.get_or_create(stream=STREAM)
    answer = cast("Any", valkey.xread({STREAM: checkpoint.last_id}, count=batch, block=block_ms))
    entries = answer[0][1] if answer else []
    if not entries:
        return 0
    last_id = entries[-1][0].decode()
    if store_batch(read_calls([fields for _, fields in entries]), since=checkpoint.last_id, until=last_id):
        valkey.xtrim(STREAM, minid=last_id, approximate=True)
    return len(entries)


def read_calls(records: Sequence[dict[bytes, bytes]]) -> list[Call]:
    """The calls of stream entries; one that cannot be read is logged and left out, not retried for ever."""
    calls = []
    for fields in records:
        try:
            calls.append(decode(fields[FIELD.encode()].decode()))
        except (KeyError, ValueError):
            logger.exception("unreadable_call", fields=fields)
    return calls


@transaction.atomic
def store_batch(calls: Sequence[Call], *, since: str, until: str) -> bool:
    """Store calls and move the checkpoint from `since` to `until`; False when another meter has been here."""
    moved = MeterCheckpoint.objects.filter(stream=STREAM, last_id=since).update(
        last_id=until, updated_at=timezone.now()
    )
    if not moved:
        return False
    store_calls(calls)
    return True


@transaction.atomic
def drain_spool(*, batch: int = BATCH) -> int:
    """Store calls that were answered while Valkey was away; returns how many there were."""
    spooled = list(SpooledCall.objects.select_for_update(skip_locked=True).order_by("id")[:batch])
    if not spooled:
        return 0
    calls = []
    for row in spooled:
        try:
            calls.append(decode(row.record))
        except ValueError:
            logger.exception("unreadable_call", record=row.record)
    store_calls(calls)
    SpooledCall.objects.filter(id__in=[row.id for row in spooled]).delete()
    return len(spooled)


def store_calls(calls: Sequence[Call]) -> None:
    """Log and count those calls that are new; one that PostgreSQL cannot hold is set aside, whatever it came with."""
    if not calls:
        return
    try:
        with transaction.atomic():
            count(log_calls(calls))
    except (DataError, IntegrityError):
        if len(calls) == 1:
            logger.exception("unstorable_call", record=calls[0].encode())
            return
        middle = len(calls) // 2
        store_calls(calls[:middle])
        store_calls(calls[middle:])


def log_calls(calls: Sequence[Call]) -> Sequence[Call]:
    """Put calls into the request log; those that were not there yet."""
    try:
        with transaction.atomic():
            copy_calls("authn_apicall", calls)
    except IntegrityError:  # some of them were spooled as well
        return insert_missing(calls)
    return calls


def copy_calls(table: str, calls: Sequence[Call]) -> None:
    """COPY calls into a table of the request log's shape; raises IntegrityError when one is there already."""
    statement = f"COPY {table} ({COLUMNS}) FROM STDIN"
    # Django wraps what execute() raises; COPY is psycopg's own.
    with connection.cursor() as cursor, connection.wrap_database_errors, cursor.copy(statement) as copy:
        copy.write("".join(map(copy_line, calls)))


def copy_line(call: Call) -> str:
    r"""A call in COPY's text format; routes and request ids hold neither tabs nor backslashes."""
    partner, application, credential = call.partner_id, call.application_id, call.credential_id
    return (
        f"{call.id}\t{call.at.isoformat()}\t{partner or NULL}\t{application or NULL}\t{credential or NULL}\t"
        f"{call.request_id}\t{call.method}\t{call.route}\t{call.status}\t{call.duration_ms}\t"
        f"{call.request_bytes}\t{call.response_bytes}\t{call.environment}\t{escaped(call.address)}\t"
        f"{escaped(call.headers)}\n"
    )


def escaped(text: str) -> str:
    """Text of a caller's own, for COPY: it holds no tabs, or its line would not have been read."""
    return text.replace("\\", "\\\\").replace("\n", "\\n").replace("\r", "\\r")


NULL = r"\N"


def insert_missing(calls: Sequence[Call]) -> list[Call]:
    """Insert those calls that are not in the log yet, and return them."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE metered (LIKE authn_apicall) ON COMMIT DROP")
        copy_calls("metered", calls)
        cursor.execute(
            f"INSERT INTO authn_apicall ({COLUMNS}) SELECT {COLUMNS} FROM metered"  # noqa: S608 (our own constant)
            " ON CONFLICT DO NOTHING RETURNING id"
        )
        inserted = {row[0] for row in cursor.fetchall()}
        cursor.execute("DROP TABLE metered")
    by_id: dict[uuid.UUID, Call] = {call.id: call for call in calls}
    return [by_id[call_id] for call_id in inserted]


def count(calls: Sequence[Call]) -> None:
    """Add calls to usage, to their keys' counters and to the routes in use."""
    add_usage(tally_calls(calls))
    note_routes(calls)
    uses = sorted(tally_keys(calls).items())
    if uses:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                UPDATE authn_apikey AS key
                SET request_count = key.request_count + used.count, last_used_at = greatest(key.last_used_at, used.last)
                FROM unnest(%s::uuid[], %s::bigint[], %s::timestamptz[]) AS used (id, count, last)
                WHERE key.id = used.id
                """,
                [[key for key, _ in uses], [use.count for _, use in uses], [use.last for _, use in uses]],
            )


def note_routes(calls: Sequence[Call]) -> None:
    """Note the routes that were called, each at most once a day: what is noted already is only read."""
    routes = sorted(tally_routes(calls).items())
    if not routes:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO applications_applicationrouteuse AS noted
              (id, created_at, updated_at, application_id, method, route, last_used_at)
            SELECT used.id, now(), now(), used.application, used.method, used.route, used.last
            FROM unnest(%s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::timestamptz[])
              AS used (id, application, method, route, last)
            WHERE NOT EXISTS (
              SELECT FROM applications_applicationrouteuse known
              WHERE known.application_id = used.application AND known.method = used.method
                AND known.route = used.route AND known.last_used_at > used.last - interval '1 day'
            )
            ON CONFLICT (application_id, method, route) DO UPDATE
              SET last_used_at = greatest(noted.last_used_at, excluded.last_used_at), updated_at = now()
            """,
            [
                [uuid7() for _ in routes],
                [application for (application, _, _), _ in routes],
                [method for (_, method, _), _ in routes],
                [route for (_, _, route), _ in routes],
                [last for _, last in routes],
            ],
        )


def stream_client() -> Redis:
    """A client that may wait for the stream longer than requests wait for anything."""
    return Redis.from_url(settings.REDIS_URL, socket_timeout=10, socket_connect_timeout=2)
