"""Request bodies."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from math import isfinite
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import JSONParser

from common.api.versions.registry import CURRENT, body_now
from common.text import is_storable, printable

MAX_DEPTH = 64


class PayloadTooLarge(APIException):
    """RFC 9110, 15.5.14."""

    status_code = 413
    default_detail = "The request body is larger than 1 MiB."
    default_code = "payload_too_large"


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


def values_within(body: Any) -> Iterator[tuple[str, Any]]:
    """Every value of a parsed body with its path, member names included, without recursion."""
    pending: list[tuple[str, Any, int]] = [("", body, 0)]
    while pending:
        path, value, depth = pending.pop()
        if depth > MAX_DEPTH:
            raise ParseError(f"The body is nested deeper than {MAX_DEPTH} levels.", code="too_deep")
        if isinstance(value, dict):
            for name, inner in value.items():
                inner_path = f"{path}.{name}" if path else name
                yield inner_path, name
                pending.append((inner_path, inner, depth + 1))
        elif isinstance(value, list):
            pending += [(f"{path}[{index}]", inner, depth + 1) for index, inner in enumerate(value)]
        else:
            yield path, value


def refuse_unstorable(body: Any) -> None:
    """Raise for text PostgreSQL cannot hold and numbers beyond a double, naming the field."""
    errors: dict[str, list[ErrorDetail]] = {}
    for path, value in values_within(body):
        if isinstance(value, str) and not is_storable(value):
            errors[printable(path)] = [ErrorDetail("Holds a NUL or an unpaired surrogate.", code="invalid_text")]
        elif isinstance(value, float) and not isfinite(value):
            errors[printable(path)] = [ErrorDetail("This number is too large.", code="not_finite")]
    if errors:
        raise ValidationError(errors)


def parse_json(stream: IO[Any], limit: int) -> Any:
    """Strict JSON of at most `limit` bytes; raises PayloadTooLarge, ParseError or ValidationError."""
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise PayloadTooLarge
    try:
        body = json.loads(raw.decode("utf-8"), object_pairs_hook=refuse_duplicates, parse_constant=refuse_constant)
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.", code="malformed_json") from None
    except (ValueError, RecursionError) as error:
        raise ParseError(f"The body is not valid JSON: {error}", code="malformed_json") from None
    refuse_unstorable(body)
    return body


class CamelCaseJSONParser(JSONParser):
    """JSON of at most DATA_UPLOAD_MAX_MEMORY_SIZE bytes. Serializers do the renaming, field by field."""

    def parse(
        self, stream: IO[Any], media_type: str | None = None, parser_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Return the parsed body, as it is written now; raises as `parse_json`."""
        body = parse_json(stream, settings.DATA_UPLOAD_MAX_MEMORY_SIZE)
        request = (parser_context or {}).get("request")
        version = getattr(request, "version", None) or CURRENT
        return body if request is None else body_now(body, version=version, path=request.path)
