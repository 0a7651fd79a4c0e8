"""snake_case inside, camelCase on the wire."""

from __future__ import annotations

import re
from functools import lru_cache


@lru_cache(maxsize=4096)
def camelize(name: str) -> str:
    """`created_at` -> `createdAt`; dotted paths keep their dots."""
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda match: match.group(1).upper(), name)


@lru_cache(maxsize=4096)
def underscore(name: str) -> str:
    """`createdAt` -> `created_at`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match.group(1).lower(), name)
