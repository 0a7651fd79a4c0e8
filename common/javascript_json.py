"""JSON as JavaScript writes it.

A receiver that does `JSON.stringify(JSON.parse(body))`, as the documented signature check does, must get back the bytes
that were signed. So numbers and strings take their ECMAScript form (RFC 8785, 3.2.2) and members their ECMAScript
order: array-index names first, ascending, then the others as they stand.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

MAX_SAFE_INTEGER = 2**53
MAX_DEPTH = 64
ARRAY_INDEX_END = 2**32 - 1
CANONICAL_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
# In compact JSON: a run of digits a double may not hold, or a member name that JavaScript would move to the front.
SUSPICIOUS = re.compile(r'[0-9]{16}|"(?:0|[1-9][0-9]{0,9})":')
SURROGATE = re.compile("[\ud800-\udfff]")

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False).encode


class UnsafeJSONError(ValueError):
    """A value that a JavaScript receiver would misread; `path` is where it stands, e.g. `lead.score[2]`."""

    def __init__(self, path: str, message: str) -> None:
        super().__init__(f"{path}: {message}" if path else message)
        self.path = path
        self.message = message


class _UnusualError(Exception):
    """The quick encoder cannot write this number the ECMAScript way."""


def refuse_unsafe(value: Any) -> None:
    """Raise UnsafeJSONError for the first thing in `value` that does not survive a round trip through JavaScript."""
    for path, problem in _problems(value, "", 0):
        raise UnsafeJSONError(path, problem)


def _problems(value: Any, path: str, depth: int) -> Iterator[tuple[str, str]]:
    if depth > MAX_DEPTH:
        yield path, f"is nested more than {MAX_DEPTH} levels deep"
    elif isinstance(value, dict):
        for name, inner in value.items():
            where = f"{path}.{name}" if path else str(name)
            if not isinstance(name, str):
                yield where, "has a member name that is not a string"
            elif problem := _text_problem(name):
                yield path, f"has a member name that {problem}"
            else:
                yield from _problems(inner, where, depth + 1)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _problems(inner, f"{path}[{index}]", depth + 1)
    elif problem := _scalar_problem(value):
        yield path, problem


def _scalar_problem(value: Any) -> str | None:
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, str):
        return _text_problem(value)
    if isinstance(value, int):
        return None if abs(value) <= MAX_SAFE_INTEGER else "is an integer beyond 2^53: send it as a string"
    if isinstance(value, float):
        return None if value - value == 0 else "is not a finite number"
    return f"is a {type(value).__name__}, which JSON does not have"


def _text_problem(text: str) -> str | None:
    if SURROGATE.search(text):
        return "holds a lone surrogate"
    return "holds the character U+0000" if "\x00" in text else None


def number(value: float) -> str:
    """Number::toString of ECMAScript (ECMA-262, 6.1.6.1.20) for a finite double."""
    if value == 0:
        return "0"
    sign = "-" if value < 0 else ""
    mantissa, _, exponent_text = repr(abs(value)).partition("e")
    whole, _, fraction = mantissa.partition(".")
    fraction = "" if fraction == "0" else fraction
    point = len(whole) + int(exponent_text or 0)
    digits = whole + fraction
    stripped = digits.lstrip("0")
    point -= len(digits) - len(stripped)
    digits = stripped.rstrip("0")
    if 0 < point <= 21:
        text = digits.ljust(point, "0") if len(digits) <= point else f"{digits[:point]}.{digits[point:]}"
    elif -6 < point <= 0:
        text = f"0.{'0' * -point}{digits}"
    else:
        exponent = point - 1
        tail = f".{digits[1:]}" if len(digits) > 1 else ""
        text = f"{digits[0]}{tail}e{'+' if exponent > 0 else '-'}{abs(exponent)}"
    return sign + text


def _order(name: str) -> tuple[int, int]:
    if CANONICAL_INDEX.fullmatch(name) and int(name) < ARRAY_INDEX_END:
        return 0, int(name)
    return 1, 0


def dumps(value: Any) -> str:
    """Serialise `value` exactly as `JSON.stringify` would after `JSON.parse`."""
    if isinstance(value, dict):
        names = sorted(value, key=_order)
        return "{" + ",".join(f"{compact(name)}:{dumps(value[name])}" for name in names) + "}"
    if isinstance(value, list):
        return "[" + ",".join(map(dumps, value)) + "]"
    if isinstance(value, float):
        return number(value)
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) > MAX_SAFE_INTEGER:
        return number(float(value))
    return compact(value)


def _plain_float(text: str) -> float:
    value = float(text)
    if value.is_integer() and abs(value) <= MAX_SAFE_INTEGER:
        return int(value)
    if 1e-4 <= abs(value) < 1e15:  # where repr() and Number::toString agree
        return value
    raise _UnusualError


def rewrite(text: str) -> str:
    """`dumps(json.loads(text))` for JSON text from a database, quicker when nothing in it is unusual."""
    try:
        quick = compact(json.loads(text, parse_float=_plain_float))
    except _UnusualError:
        return dumps(json.loads(text))
    return dumps(json.loads(text)) if SUSPICIOUS.search(quick) else quick
