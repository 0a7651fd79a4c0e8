"""JSON that every reader reads alike, and that PostgreSQL can hold: what each door takes, and nothing else."""

from __future__ import annotations

import json
from collections.abc import Iterator
from math import isfinite
from typing import Any

from common.text import is_storable, printable

MAX_DEPTH = 64


class MalformedJSONError(ValueError):
    """Text that is no JSON; the message says why."""


class TooDeepError(ValueError):
    """JSON nested deeper than MAX_DEPTH levels."""


class UnstorableError(ValueError):
    """Values that no jsonb column holds: path -> (code, message)."""

    def __init__(self, faults: dict[str, tuple[str, str]]) -> None:
        super().__init__(" ".join(f"{path}: {message}" for path, (_, message) in faults.items()))
        self.faults = faults


def refuse_duplicates(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """Build an object, refusing a member name that stands twice (RFC 8259, 4: receivers disagree on it)."""
    result: dict[str, Any] = {}
    for name, value in pairs:
        if name in result:
            raise ValueError(f"duplicate member {printable(name)!r}")
        result[name] = value
    return result


def refuse_constant(name: str) -> None:
    """NaN and the infinities are not JSON."""
    raise ValueError(f"{name} is not JSON")


def values_within(document: Any) -> Iterator[tuple[str, Any]]:
    """Every value of a parsed document with its path, member names included, without recursion."""
    pending: list[tuple[str, Any, int]] = [("", document, 0)]
    while pending:
        path, value, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise TooDeepError(f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(value, dict):
            for name, inner in value.items():
                inner_path = f"{path}.{name}" if path else name
                yield inner_path, name
                pending.append((inner_path, inner, depth + 1))
        elif isinstance(value, list):
            pending += [(f"{path}[{index}]", inner, depth + 1) for index, inner in enumerate(value)]
        else:
            yield path, value


def refuse_unstorable(document: Any) -> None:
    """Raise for text PostgreSQL cannot hold and numbers beyond a double, naming each."""
    faults: dict[str, tuple[str, str]] = {}
    for path, value in values_within(document):
        if isinstance(value, str) and not is_storable(value):
            faults[printable(path)] = ("invalid_text", "Holds a NUL or an unpaired surrogate.")
        elif isinstance(value, float) and not isfinite(value):
            faults[printable(path)] = ("not_finite", "This number is too large.")
    if faults:
        raise UnstorableError(faults)


def loads(text: str) -> Any:
    """The value of strict JSON; raises MalformedJSONError, TooDeepError or UnstorableError."""
    try:
        document = json.loads(text, object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)
    except (ValueError, RecursionError) as error:
        raise MalformedJSONError(str(error)) from None
    refuse_unstorable(document)
    return document
