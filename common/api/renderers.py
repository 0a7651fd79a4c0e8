"""Response bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


# Strict, compact UTF-8, as DRF's own renderer writes it, without making an encoder for every answer.
ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


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
        return ENCODER.encode(data).replace("\u2028", r"\u2028").replace("\u2029", r"\u2029").encode()
