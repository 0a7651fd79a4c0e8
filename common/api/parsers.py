"""Request bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import IO, Any

from django.conf import settings
from rest_framework.exceptions import APIException, ErrorDetail, ParseError, ValidationError
from rest_framework.parsers import JSONParser

from common import strict_json
from common.api.versions.registry import CURRENT, body_now
from common.strict_json import MalformedJSONError, TooDeepError, UnstorableError


class PayloadTooLarge(APIException):
    """RFC 9110, 15.5.14."""

    status_code = 413
    default_detail = "The request body is larger than 1 MiB."
    default_code = "payload_too_large"


def parse_json(stream: IO[Any], limit: int) -> Any:
    """Strict JSON of at most `limit` bytes; raises PayloadTooLarge, ParseError or ValidationError."""
    raw = stream.read(limit + 1)
    if len(raw) > limit:
        raise PayloadTooLarge
    try:
        return strict_json.loads(raw.decode("utf-8"))
    except UnicodeDecodeError:
        raise ParseError("The body is not UTF-8.", code="malformed_json") from None
    except TooDeepError as error:
        raise ParseError(f"The body is {error}.", code="too_deep") from None
    except MalformedJSONError as error:
        raise ParseError(f"The body is not valid JSON: {error}", code="malformed_json") from None
    except UnstorableError as error:
        faults = error.faults.items()
        raise ValidationError({path: [ErrorDetail(text, code=code)] for path, (code, text) in faults}) from None


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
