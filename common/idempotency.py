"""What a store of answers to keyed requests promises, and how it refuses."""

from __future__ import annotations

import uuid
from typing import Protocol

from common.errors import ConflictError, DomainError


class IdempotencyConflictError(ConflictError):
    """The first request with this key is still being answered."""

    def __init__(self) -> None:
        super().__init__("idempotency_in_flight", "A request with this Idempotency-Key is still in progress.")


class IdempotencyMismatchError(DomainError):
    """The key was used with another body."""

    status = 422

    def __init__(self) -> None:
        super().__init__("idempotency_key_reused", "This Idempotency-Key was already used with another request body.")


class StoredAnswer(Protocol):
    """What a store remembers of the first answer."""

    status: int
    headers: dict[str, str]
    body: str


class Store(Protocol):
    """Where answers are remembered: settings.IDEMPOTENCY_STORE."""

    def begin(self, *, caller: str, route: str, key: str, body_hash: str) -> uuid.UUID | StoredAnswer:
        """A claim on the key, or the stored answer; raises the two exceptions above."""

    def finish(self, *, claim: uuid.UUID, status: int, headers: dict[str, str], body: str) -> None:
        """Remember the answer, if the claim still holds: one that takes too long is taken over."""

    def release(self, *, claim: uuid.UUID) -> None:
        """Forget a claim whose request was refused or failed."""
