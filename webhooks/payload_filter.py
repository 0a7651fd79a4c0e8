"""Conditions on an event's data: an endpoint that has some gets only the events that meet them all.

A filter maps dotted paths to what must stand there: `{"insuranceType": "auto"}`, `{"state": {"in": ["CA", "NV"]}}`,
`{"score": {"gte": 50, "lt": 90}}`, `{"campaign": {"exists": true}}`.
"""

from __future__ import annotations

import json
import operator
from collections.abc import Callable
from typing import Any

from common.errors import InvalidError
from common.strict_json import refuse_unstorable
from common.text import is_storable

MAX_CONDITIONS = 20
MAX_BYTES = 16 * 1024  # every event of the endpoint's subscription reads it
MAX_PATH = 200
MAX_CHOICES = 100
ABSENT = object()
SCALARS = (str, int, float, bool, type(None))
ORDER: dict[str, Callable[[Any, Any], bool]] = {
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
OPERATORS = {"eq", "ne", "in", "exists", *ORDER}


def check_filter(conditions: Any) -> None:
    """Raise InvalidError for a filter that cannot be evaluated."""
    if not isinstance(conditions, dict) or len(conditions) > MAX_CONDITIONS:
        raise InvalidError(f"Expected at most {MAX_CONDITIONS} conditions.", field="payload_filter", code="length")
    for path, condition in conditions.items():
        field = f"payload_filter.{path}"
        tests = condition if isinstance(condition, dict) else {"eq": condition}
        if not is_path(path):
            raise InvalidError("Expected a dotted path of member names.", field="payload_filter", code="invalid_path")
        if not tests:
            raise InvalidError("Expected a path and a condition.", field=field, code="invalid")
        for name, wanted in tests.items():
            if name not in OPERATORS:
                choices = ", ".join(sorted(OPERATORS))
                raise InvalidError(f"Unknown operator {name}: use {choices}.", field=field, code="unknown_operator")
            check_operand(field, name, wanted)
    if len(json.dumps(conditions)) > MAX_BYTES:
        raise InvalidError(f"At most {MAX_BYTES // 1024} KiB.", field="payload_filter", code="too_large")


def is_path(path: Any) -> bool:
    """Whether it is dotted names of members, of a length that a person would write."""
    return isinstance(path, str) and len(path) <= MAX_PATH and all(path.split(".")) and is_storable(path)


def check_operand(field: str, name: str, wanted: Any) -> None:
    """Raise InvalidError for a value its operator cannot compare with, or that cannot be stored."""
    if name == "in":
        fits = (
            isinstance(wanted, list) and 1 <= len(wanted) <= MAX_CHOICES and all(isinstance(v, SCALARS) for v in wanted)
        )
    elif name == "exists":
        fits = isinstance(wanted, bool)
    elif name in ORDER:
        fits = isinstance(wanted, int | float | str) and not isinstance(wanted, bool)
    else:
        fits = isinstance(wanted, SCALARS)
    try:
        refuse_unstorable(wanted)
    except ValueError:
        fits = False
    if not fits:
        raise InvalidError(f"{name} cannot compare with this value.", field=field, code="invalid")


def matches(conditions: dict[str, Any], data: Any) -> bool:
    """Whether `data` meets every condition."""
    return all(
        meets(name, look_up(data, path), wanted)
        for path, condition in conditions.items()
        for name, wanted in (condition if isinstance(condition, dict) else {"eq": condition}).items()
    )


def look_up(data: Any, path: str) -> Any:
    """What stands at a dotted path, or ABSENT."""
    for name in path.split("."):
        if not isinstance(data, dict) or name not in data:
            return ABSENT
        data = data[name]
    return data


def same(found: Any, wanted: Any) -> bool:
    """Equality that tells true from 1."""
    return bool(found == wanted) and isinstance(found, bool) == isinstance(wanted, bool)


def meets(name: str, found: Any, wanted: Any) -> bool:
    """One comparison; values of different kinds never compare."""
    if name == "exists":
        return (found is not ABSENT) is wanted
    if name == "ne":
        return not same(found, wanted)
    if name == "in":
        return any(same(found, choice) for choice in wanted)
    if name == "eq":
        return same(found, wanted)
    numbers = isinstance(found, int | float) and isinstance(wanted, int | float) and not isinstance(found, bool)
    texts = isinstance(found, str) and isinstance(wanted, str)
    return (numbers or texts) and ORDER[name](found, wanted)
