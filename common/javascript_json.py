"""JSON as JavaScript writes it.

A receiver that does `JSON.stringify(JSON.parse(body))`, as the documented signature check does, must get back the bytes
that were signed. So numbers and strings take their ECMAScript form (RFC 8785, 3.2.2) and members their ECMAScript
order: array-index names first, ascending, then the others as they stand.
"""

from __future__ import annotations

import json
import re
from typing import Any

import orjson

# As in JavaScript: 2^53 itself is what a receiver reads for 2^53 + 1 as well.
MAX_SAFE_INTEGER = 2**53 - 1
ARRAY_INDEX_END = 2**32 - 1
CANONICAL_INDEX = re.compile(r"0|[1-9][0-9]{0,9}")
# In orjson's text: a float that is whole, one in exponent form, a name that JavaScript would move to the front. Text
# within strings may look like them, and then takes the slow way for nothing.
WHOLE_FLOAT = re.compile(r"\.0(?![^,}\]])")
EXPONENT = re.compile(r"e[+-][0-9]{1,3}(?![^,}\]])")
INDEX_NAME = re.compile(r'"[0-9]{1,10}":')

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), allow_nan=False, check_circular=False).encode


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


def is_unusual(text: str) -> bool:
    """Whether orjson's text may differ from what JavaScript writes. Plain searches first: most text ends there."""
    if ".0" in text and WHOLE_FLOAT.search(text):
        return True
    # A single character, which most text lacks, is found many times as fast as two.
    if (("+" in text and "e+" in text) or ("-" in text and "e-" in text)) and EXPONENT.search(text):
        return True
    return INDEX_NAME.search(text) is not None


def rewrite(text: str) -> str:
    """`dumps(json.loads(text))` for JSON text from a database, quicker when nothing in it is unusual.

    orjson writes strings as ECMAScript does, and numbers too as far as they are whole and exact in a double, or between
    1e-5 and 1e16 and not whole. The order of index names is beyond it.
    """
    if "0.0000" not in text:
        try:
            quick = orjson.dumps(orjson.loads(text), option=orjson.OPT_STRICT_INTEGER).decode()
        except (orjson.JSONEncodeError, orjson.JSONDecodeError):
            quick = None
        if quick is not None and not is_unusual(quick):
            return quick
    return dumps(json.loads(text))
