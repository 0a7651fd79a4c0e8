"""Examples in the OpenAPI document, made from its schemas, so that every operation has one and none is out of date."""

from __future__ import annotations

from typing import Any

from common.api.versions.registry import CURRENT

BY_FORMAT = {
    "uuid": "0198c5e2-7c1b-7e6a-9d57-3f1a2b4c5d6e",
    "date-time": "2026-01-15T09:30:00Z",
    "date": "2026-01-15",
    "time": "09:30:00",
    "email": "alice@acme.example",
    "uri": "https://acme.example/webhooks",
    "decimal": "1250.00",
    "ipv4": "192.0.2.10",
}
BY_NAME: dict[str, Any] = {
    "apiVersion": CURRENT,
    "event": "lead.created",
    "eventName": "lead.created",
    "eventId": "evt_0198c5e27c1b7e6a9d573f1a2b4c5d6e",
    "subscribedEvents": ["lead.created", "policy.*"],
    "entityType": "lead",
    "entityId": "lead_123",
    "payload": {"id": "lead_123", "email": "john@example.com", "insuranceType": "auto", "status": "received"},
    "partnerName": "Acme Insurance Tech",
    "appName": "Quote Sync",
    "integrationName": "Acme CRM",
    "contactName": "Alice Ames",
    "permissions": ["read:leads", "manage:webhooks"],
    "scopes": ["read:leads", "manage:webhooks"],
    "keyPrefix": "sk_4fJ8a",
    "lastFour": "x7Qa",
    "allowedNetworks": ["192.0.2.0/24"],
    "rateLimit": 5000,
    "tokenLifetime": 3600,
    "redirectUris": ["https://acme.example/callback"],
    "website": "https://acme.example",
    "endpointUrl": "https://acme.example/webhooks",
    "currency": "USD",
    "phone": "+12025550123",
    "name": "Production",
    "description": "Keeps quotes in step with the CRM",
    "reason": "Requested by the owner",
    "idempotencyKey": "4f7c2b1e",
    "nextCursor": "eyJvIjpbIi1pZCJdfQ",
    "previousCursor": None,
    "tags": [],
}
BY_TYPE: dict[str, Any] = {"string": "text", "integer": 1, "number": 1.5, "boolean": True, "null": None}
MAX_DEPTH = 6


def add_examples(result: dict[str, Any], generator: Any, request: Any, public: bool) -> dict[str, Any]:  # noqa: FBT001 (drf-spectacular's signature)
    """Postprocessing hook: give every JSON body and answer that has no example one."""
    schemas = result.get("components", {}).get("schemas", {})
    drop_enum_marks(result)
    for path in result.get("paths", {}).values():
        for operation in path.values():
            bodies = [operation.get("requestBody", {}), *successes(operation)]
            for content in (body.get("content", {}).get("application/json") for body in bodies):
                if content and "schema" in content and not {"example", "examples"} & set(content):
                    content["example"] = sample(content["schema"], schemas)
    return result


def successes(operation: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers below 300."""
    return [response for status, response in operation.get("responses", {}).items() if status < "3"]


def sample(schema: dict[str, Any], schemas: dict[str, Any], depth: int = 0) -> Any:
    """A value that `schema` accepts."""
    if "$ref" in schema:
        return sample(schemas[schema["$ref"].rpartition("/")[2]], schemas, depth + 1)
    for key in ("example", "const", "default"):
        if key in schema:
            return schema[key]
    if examples := schema.get("examples") or schema.get("enum"):
        return examples[0]
    for key in ("oneOf", "anyOf", "allOf"):
        if key in schema:
            return sample(schema[key][0], schemas, depth + 1)
    kind = schema.get("type")
    kind = kind[0] if isinstance(kind, list) else kind
    if kind == "array":
        return [] if depth > MAX_DEPTH else [sample(schema.get("items", {}), schemas, depth + 1)]
    if kind == "object" or "properties" in schema:
        members = {} if depth > MAX_DEPTH else schema.get("properties", {})
        return {name: named_sample(name, inner, schemas, depth + 1) for name, inner in members.items()}
    return BY_FORMAT.get(schema.get("format", ""), BY_TYPE.get(kind or "", {}))


def named_sample(name: str, schema: dict[str, Any], schemas: dict[str, Any], depth: int) -> Any:
    """A member's value: its own example, else what is known under its name, else one by its type."""
    value = sample(schema, schemas, depth)
    return BY_NAME[name] if name in BY_NAME and value in ("text", {}, ["text"], 1, 0, None) else value


def drop_enum_marks(node: Any) -> None:
    """Remove the marks that drf-spectacular leaves on enums for a hook we do not use."""
    if isinstance(node, dict):
        node.pop("x-spec-enum-id", None)
        for inner in node.values():
            drop_enum_marks(inner)
    elif isinstance(node, list):
        for inner in node:
            drop_enum_marks(inner)
