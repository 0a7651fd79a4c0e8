"""What of an event's data an endpoint is sent, and under which names.

A mapping has up to three parts, applied in this order; paths are dotted, as in payload filters:
`{"select": ["id", "contact.email"], "drop": ["contact.phone"], "rename": {"insuranceType": "line"}}`. What a path does
not find is passed over, so a mapping never fails on an event.
"""

from __future__ import annotations

import json
from copy import deepcopy
from typing import Any

from common import javascript_json
from common.errors import InvalidError
from events.payloads import JavaScriptDecoder
from webhooks.payload_filter import ABSENT, is_path, look_up

MAX_PATHS = 50
PARTS = ("select", "drop", "rename")
DATA = ',"data":'

Mapping = dict[str, Any]


def check_mapping(mapping: Any) -> None:
    """Raise InvalidError for a mapping that cannot be applied, or that gives two values one place."""
    if not isinstance(mapping, dict):
        raise InvalidError("Expected an object.", field="field_mapping", code="invalid")
    for part, paths in mapping.items():
        field = f"field_mapping.{part}"
        if part not in PARTS:
            raise InvalidError(f"Unknown part {part}: use {', '.join(PARTS)}.", field=field, code="unknown_part")
        if not isinstance(paths, dict if part == "rename" else list) or not 1 <= len(paths) <= MAX_PATHS:
            kind = "an object" if part == "rename" else "a list"
            raise InvalidError(f"Expected {kind} of 1 to {MAX_PATHS} paths.", field=field, code="invalid")
        for path in [*paths, *(paths.values() if isinstance(paths, dict) else ())]:
            check_path(field, path)
    check_targets(list(mapping.get("rename", {}).values()))


def check_path(field: str, path: Any) -> None:
    """Raise InvalidError for what is no dotted path."""
    if not is_path(path):
        raise InvalidError("Expected dotted paths of member names.", field=field, code="invalid_path")


def check_targets(targets: list[str]) -> None:
    """Raise InvalidError for new names of which one would overwrite or lie inside another."""
    for index, target in enumerate(targets):
        for other in targets[:index]:
            if f"{target}.".startswith(f"{other}.") or f"{other}.".startswith(f"{target}."):
                raise InvalidError(
                    f"{other} and {target} name one place.", field="field_mapping.rename", code="duplicate"
                )


def take(data: Any, path: str) -> Any:
    """Remove what stands at `path` and return it, or ABSENT."""
    *parents, name = path.split(".")
    for parent in parents:
        data = data.get(parent) if isinstance(data, dict) else None
    return data.pop(name, ABSENT) if isinstance(data, dict) else ABSENT


def put(data: dict[str, Any], path: str, value: Any) -> None:
    """Have `value` stand at `path`, making what is missing on the way; a value on the way gives way."""
    *parents, name = path.split(".")
    for parent in parents:
        inner = data.get(parent)
        if not isinstance(inner, dict):
            inner = data[parent] = {}
        data = inner
    data[name] = value


def apply_mapping(mapping: Mapping, data: Any) -> Any:
    """The data as the endpoint gets it; `data` itself is left alone."""
    data = deepcopy(data)
    if not isinstance(data, dict):
        return data
    if "select" in mapping:
        selected: dict[str, Any] = {}
        for path in mapping["select"]:
            if (found := look_up(data, path)) is not ABSENT:
                put(selected, path, found)
        data = selected
    for path in mapping.get("drop", ()):
        take(data, path)
    taken = [(target, take(data, path)) for path, target in mapping.get("rename", {}).items()]
    for target, value in taken:
        if value is not ABSENT:
            put(data, target, value)
    return data


def mapped_content(content: str, mapping: Mapping) -> str:
    """The signed part of a body (webhooks.payload.envelope) with its data mapped."""
    head, _, data = content.partition(DATA)
    mapped = apply_mapping(mapping, json.loads(data[:-1], cls=JavaScriptDecoder))
    return f"{head}{DATA}{javascript_json.dumps(mapped)}}}"
