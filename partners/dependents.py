"""What keeps a partner from being deleted without a foreign key to show for it. Apps above add theirs when ready."""

from __future__ import annotations

import uuid
from collections.abc import Callable

# What it is, in the plural -> whether the partner has any.
sources: dict[str, Callable[[uuid.UUID], bool]] = {}


def register_dependent(kind: str, source: Callable[[uuid.UUID], bool]) -> None:
    """Refuse to delete a partner for which `source(partner_id)` is true."""
    sources[kind] = source
