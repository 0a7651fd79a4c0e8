"""OpenAPI: envelopes and problems on every operation."""

from __future__ import annotations

from typing import Any

from drf_spectacular.openapi import AutoSchema


class TreatyAutoSchema(AutoSchema):
    """Describes what the renderer and the exception handler actually send."""

    def _get_response_for_code(self, serializer: Any, status_code: str, *args: Any, **kwargs: Any) -> dict[str, Any]:
        response: dict[str, Any] = super()._get_response_for_code(  # type: ignore[no-untyped-call]
            serializer, status_code, *args, **kwargs
        )
        for content in response.get("content", {}).values():
            schema = content.get("schema", {})
            if str(status_code).startswith("2") and "pagination" not in schema.get("properties", {}):
                content["schema"] = {"type": "object", "required": ["data"], "properties": {"data": schema}}
        return response
