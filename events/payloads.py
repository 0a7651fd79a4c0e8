"""What may stand in an event's payload: JSON that a JavaScript receiver and PostgreSQL both read as it was written."""

from __future__ import annotations

import json
import math
from functools import lru_cache
from typing import Any

import jsonschema_rs
from django.core.serializers.json import DjangoJSONEncoder

from common.errors import InvalidError, InvalidFieldsError
from common.javascript_json import MAX_SAFE_INTEGER
from common.text import is_storable

MAX_DEPTH = 32
MAX_BYTES = 256 * 1024
ROOT = "payload"


def javascript_integer(digits: str) -> int | float:
    """An integer, or the double JavaScript would read where it is beyond 2^53."""
    value = int(digits) if len(digits) < 20 else None
    return value if value is not None and abs(value) <= MAX_SAFE_INTEGER else float(digits)


class JavaScriptDecoder(json.JSONDecoder):
    """Reads stored numbers as a JavaScript receiver does: jsonb spells 1e300 as 301 digits, yet it is a double."""

    def __init__(self) -> None:
        super().__init__(parse_int=javascript_integer)


def normalize_payload(payload: Any) -> dict[str, Any]:
    """The payload as plain JSON values; raises InvalidError naming the value that a receiver would misread."""
    if not isinstance(payload, dict):
        raise InvalidError("Expected an object.", field=ROOT, code="invalid_type")
    check_value(payload, ROOT, 1)
    encoded = json.dumps(payload, cls=DjangoJSONEncoder, ensure_ascii=False)
    if len(encoded.encode()) > MAX_BYTES:
        raise InvalidError(f"The payload is larger than {MAX_BYTES // 1024} KiB.", field=ROOT, code="too_large")
    normalized: dict[str, Any] = json.loads(encoded)
    return normalized


def check_value(value: Any, path: str, depth: int) -> None:
    """Raise InvalidError for a number beyond a double, text PostgreSQL cannot hold, or nesting that is too deep."""
    if depth > MAX_DEPTH:
        raise InvalidError(f"Nested deeper than {MAX_DEPTH} levels.", field=path, code="too_deep")
    if isinstance(value, dict):
        for name, inner in value.items():
            check_text(str(name), path)
            check_value(inner, f"{path}.{name}", depth + 1)
    elif isinstance(value, list | tuple):
        for index, inner in enumerate(value):
            check_value(inner, f"{path}[{index}]", depth + 1)
    elif isinstance(value, str):
        check_text(value, path)
    elif isinstance(value, int) and abs(value) > MAX_SAFE_INTEGER:
        raise InvalidError(
            "JavaScript receivers misread integers beyond 2^53; send it as a string.", field=path, code="unsafe_integer"
        )
    elif isinstance(value, float) and not math.isfinite(value):
        raise InvalidError("Not a finite number.", field=path, code="not_finite")


def check_text(value: str, path: str) -> None:
    """Raise InvalidError for NUL, which PostgreSQL refuses, and for half of a surrogate pair, which is not Unicode."""
    if not is_storable(value):
        raise InvalidError("Holds a NUL or an unpaired surrogate.", field=path, code="invalid_text")


@lru_cache(maxsize=512)
def compiled(schema_json: str) -> jsonschema_rs.Draft202012Validator:
    """The validator of a schema: formats checked, no retrieval of remote schemas, patterns in linear time."""
    return jsonschema_rs.Draft202012Validator(
        json.loads(schema_json),
        validate_formats=True,
        offline=True,
        pattern_options=jsonschema_rs.RegexOptions(),
        mask="The value",
    )


def check_schema(schema: Any, *, field: str = "payload_schema") -> None:
    """Raise InvalidError for what is not a usable JSON Schema (2020-12)."""
    try:
        compiled(json.dumps(schema, sort_keys=True))
    except (ValueError, jsonschema_rs.ReferencingError) as error:
        reason = str(error).partition("\n")[0]
        raise InvalidError(f"Not a JSON Schema: {reason}", field=field, code="invalid_schema") from None


def check_against_schema(payload: dict[str, Any], schema: dict[str, Any]) -> None:
    """Raise InvalidFieldsError with one entry per violation, each under the path of the offending value."""
    if not schema:
        return
    errors: dict[str, str] = {}
    for violation in compiled(json.dumps(schema, sort_keys=True)).iter_errors(payload):
        errors.setdefault(violation_path(violation), violation.message)
    if errors:
        raise InvalidFieldsError(errors, code="schema_violation")


def violation_path(violation: jsonschema_rs.ValidationError) -> str:
    """`payload.contact.phones[0]`; a missing or unexpected member is named itself."""
    steps = [*violation.instance_path]
    if violation.kind.name == "required":
        steps.append(violation.kind.as_dict()["property"])
    elif violation.kind.name == "additionalProperties":
        steps.append(violation.kind.as_dict()["unexpected"][0])
    return ROOT + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)
