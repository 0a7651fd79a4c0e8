"""Identifiers."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

from uuid_utils import compat


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7), so primary keys are also creation order."""
    return compat.uuid7()


def uuid7_time(key: uuid.UUID) -> datetime:
    """When a UUIDv7 was made, to the millisecond."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, tz=UTC)
