"""snake_case inside, camelCase on the wire."""

from __future__ import annotations

import re
from functools import lru_cache

# Members whose content belongs to the caller: keys inside them are values and keep their spelling.
FREE_FORM = frozenset({"payload", "config", "metadata", "payload_schema", "payloadSchema", "example"})


@lru_cache(maxsize=4096)
def camelize(name: str) -> str:
    """`created_at` -> `createdAt`."""
    return re.sub(r"(?<=[a-z0-9])_([a-z0-9])", lambda match: match.group(1).upper(), name)


@lru_cache(maxsize=4096)
def underscore(name: str) -> str:
    """`createdAt` -> `created_at`."""
    return re.sub(r"(?<=[a-z0-9])([A-Z])", lambda match: "_" + match.group(1).lower(), name)


def camelize_path(path: str) -> str:
    """`security_info.policy_url` -> `securityInfo.policyUrl`; what lies inside a free-form member stays as it is."""
    steps = path.split(".")
    for index, step in enumerate(steps):
        steps[index] = camelize(step)
        if step.partition("[")[0] in FREE_FORM:
            break
    return ".".join(steps)
