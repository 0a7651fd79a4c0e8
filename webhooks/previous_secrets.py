"""Secrets that were replaced and still sign: how an endpoint keeps them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class PreviousSecret:
    """A replaced secret and the end of its overlap."""

    secret: str
    expires_at: datetime


def still_signing(stored: Iterable[Sequence[str]], now: datetime) -> list[PreviousSecret]:
    """Those of a stored list whose overlap has not ended, in its order: the newest first."""
    kept = [PreviousSecret(secret, datetime.fromisoformat(expires_at)) for secret, expires_at in stored]
    return [one for one in kept if one.expires_at > now]


def to_store(secrets: Iterable[PreviousSecret]) -> list[Any]:
    """The same as JSON."""
    return [[one.secret, one.expires_at.isoformat()] for one in secrets]
