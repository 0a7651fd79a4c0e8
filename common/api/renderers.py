"""Response bodies."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rest_framework.renderers import JSONRenderer
from rest_framework.utils.encoders import JSONEncoder


class Page(dict[str, Any]):
    """A list response that already carries its `data` and `pagination` members."""


# Strict, compact UTF-8, as DRF's own renderer writes it, without making an encoder for every answer.
ENCODER = JSONEncoder(ensure_ascii=False, allow_nan=False, separators=(",", ":"))


class CamelCaseJSONRenderer(JSONRenderer):
    """Wraps every success in the `{"data": ...}` envelope; problems are rendered bare as application/problem+json."""

    charset = None

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        """Serialise `data`."""
        response = (renderer_context or {}).get("response")
        if response is not None and not getattr(response, "is_problem", False):
            if data is None:
                return b""
            if not isinstance(data, Page):
                data = {"data": data}
        return ENCODER.encode(data).replace("\u2028", r"\u2028").replace("\u2029", r"\u2029").encode()
