"""Response bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import orjson
from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder

from common.api.versions.registry import CURRENT, answer_before, problem_before


class Page(dict[str, Any]):
    """A list response that already carries its `data` and `pagination` members."""


def as_of(version: str, path: str, data: Any, *, is_problem: bool) -> Any:
    """An answer as an earlier version of the API had it."""
    if is_problem:
        return problem_before(data, version=version, path=path)
    if isinstance(data, Page):
        return Page({**data, "data": answer_before(data["data"], version=version, path=path)})
    return answer_before(data, version=version, path=path)


# Strict, compact UTF-8, as DRF's own renderer writes it.
ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


def encode(data: Any) -> bytes:
    """JSON that is a JavaScript program too: without the two line ends that JSON allows in text."""
    try:
        text = orjson.dumps(data, default=ENCODER.default, option=orjson.OPT_PASSTHROUGH_DATETIME)
    except TypeError:
        text = ENCODER.encode(data).encode()  # integers beyond 64 bits, names that are no text
    return text.replace(b"\xe2\x80\xa8", rb"\u2028").replace(b"\xe2\x80\xa9", rb"\u2029")


class CamelCaseJSONRenderer(JSONRenderer):
    """Wraps every success in the `{"data": ...}` envelope; problems are rendered bare as application/problem+json."""

    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Serialise `data`."""
        context = renderer_context or {}
        response = context.get("response")
        if response is not None:
            version = getattr(context["request"], "version", None) or CURRENT
            if version != CURRENT:
                data = as_of(version, context["request"].path, data, is_problem=getattr(response, "is_problem", False))
            if not getattr(response, "is_problem", False):
                if data is None:
                    return b""
                if not isinstance(data, Page):
                    data = {"data": data}
        return encode(data)
