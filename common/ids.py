"""Identifiers."""

from __future__ import annotations

import uuid

from uuid_utils import compat


def uuid7() -> uuid.UUID:
    """A time-ordered UUID (RFC 9562, version 7), so primary keys are also creation order."""
    return compat.uuid7()
