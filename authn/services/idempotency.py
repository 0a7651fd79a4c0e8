"""Remembered answers in PostgreSQL: settings.IDEMPOTENCY_STORE."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass
from datetime import timedelta

from django.db import connection, transaction
from django.utils import timezone

from authn.models import IdempotencyRecord
from common.idempotency import IdempotencyConflictError, IdempotencyMismatchError, StoredAnswer
from common.ids import uuid7

LIFETIME = timedelta(hours=24)
# A claim whose process died is free again after this long: longer than any request may take.
STALE_CLAIM = timedelta(seconds=60)
MAX_ROUTE = 200
ATTEMPTS = 3

# One statement decides who holds a key: a new row, or an old one that has expired or was left in flight.
CLAIM = """
INSERT INTO authn_idempotencyrecord AS held
    (id, created_at, updated_at, caller, route, key, body_hash, status, headers, body)
VALUES (%s, %s, %s, %s, %s, %s, %s, NULL, %s, '')
ON CONFLICT (caller, route, key) DO UPDATE SET
    id = excluded.id, created_at = excluded.created_at, updated_at = excluded.updated_at,
    body_hash = excluded.body_hash, status = NULL, headers = excluded.headers, body = ''
WHERE held.created_at < %s OR (held.status IS NULL AND held.updated_at < %s)
RETURNING id
"""


def stored_route(route: str) -> str:
    """A path as it fits the column."""
    return route if len(route) <= MAX_ROUTE else f"sha256:{hashlib.sha256(route.encode()).hexdigest()}"


@dataclass(slots=True)
class Answer:
    """A first answer, as it was."""

    status: int
    headers: dict[str, str]
    body: str


class PostgresStore:
    """One row per (caller, route, key), its body encrypted: the answer to creating a key holds the key."""

    def begin(self, *, caller: str, route: str, key: str, body_hash: str) -> uuid.UUID | StoredAnswer:
        """A claim on the key, or the stored answer.

        Raises IdempotencyMismatchError for another body, IdempotencyConflictError while the first is being answered.
        """
        for _ in range(ATTEMPTS):
            claim = self.claim(caller, stored_route(route), key, body_hash)
            if claim is not None:
                return claim
            record = IdempotencyRecord.objects.filter(caller=caller, route=stored_route(route), key=key).first()
            if record is None:
                continue  # released this very moment
            if record.body_hash != body_hash:
                raise IdempotencyMismatchError
            if record.status is None:
                raise IdempotencyConflictError
            return Answer(record.status, record.headers, record.body)
        raise IdempotencyConflictError

    def claim(self, caller: str, route: str, key: str, body_hash: str) -> uuid.UUID | None:
        """The row that now holds the key for the caller; whoever takes a claim over gives the row another id."""
        claim, now = uuid7(), timezone.now()
        with connection.cursor() as cursor:
            cursor.execute(
                CLAIM,
                [claim, now, now, caller, route, key, body_hash, json.dumps({}), now - LIFETIME, now - STALE_CLAIM],
            )
            return claim if cursor.fetchone() else None

    def finish(self, *, claim: uuid.UUID, status: int, headers: dict[str, str], body: str) -> None:
        """Remember the answer, if the claim still holds."""
        with transaction.atomic():
            IdempotencyRecord.objects.filter(id=claim, status__isnull=True).update(
                status=status, headers=headers, body=body, updated_at=timezone.now()
            )

    def release(self, *, claim: uuid.UUID) -> None:
        """Forget a claim whose request was refused or failed."""
        IdempotencyRecord.objects.filter(id=claim, status__isnull=True).delete()


def purge_idempotency_records() -> int:
    """Delete answers older than their lifetime; returns how many."""
    deleted, _ = IdempotencyRecord.objects.filter(created_at__lt=timezone.now() - LIFETIME).delete()
    return deleted
