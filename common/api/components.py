"""Schemas that every operation of the OpenAPI document shares. Settings read it, so it imports nothing of Django's."""

from __future__ import annotations

from typing import Any

COMPONENTS: dict[str, Any] = {
    "schemas": {
        "Problem": {
            "type": "object",
            "description": "What went wrong (RFC 9457).",
            "required": ["type", "title", "status", "detail", "code", "requestId"],
            "properties": {
                "type": {"type": "string", "examples": ["about:blank#invalid"]},
                "title": {"type": "string", "examples": ["Bad Request"]},
                "status": {"type": "integer", "examples": [400]},
                "detail": {"type": "string", "description": "For people."},
                "code": {"type": "string", "description": "Stable, in snake case.", "examples": ["invalid"]},
                "requestId": {"type": "string"},
                "errors": {"type": "array", "items": {"$ref": "#/components/schemas/FieldError"}},
            },
        },
        "FieldError": {
            "type": "object",
            "required": ["field", "code", "message"],
            "properties": {
                "field": {"type": "string", "description": "Path of the value.", "examples": ["payload.email"]},
                "code": {"type": "string", "examples": ["required"]},
                "message": {"type": "string"},
            },
        },
        "CursorPagination": {
            "type": "object",
            "required": ["nextCursor", "previousCursor", "limit"],
            "properties": {
                "nextCursor": {"type": ["string", "null"], "description": "Pass as `cursor` for the next page."},
                "previousCursor": {"type": ["string", "null"], "description": "Pass as `cursor` for the page before."},
                "limit": {"type": "integer", "examples": [50]},
            },
        },
    },
    "securitySchemes": {
        "oauthClient": {"type": "http", "scheme": "basic", "description": "An OAuth client's id and secret."}
    },
}
