"""Changes between two OpenAPI documents that break a client written against the first."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "patch")


def breaking_changes(before: Document, after: Document) -> list[str]:
    """One line per break: something is gone, newly required, or of another type."""
    found: list[str] = []
    for path, operations in before.get("paths", {}).items():
        for method in METHODS:
            if method not in operations:
                continue
            where = f"{method.upper()} {path}"
            now = after.get("paths", {}).get(path, {}).get(method)
            if now is None:
                found.append(f"{where}: is gone")
            else:
                found += operation_breaks(where, operations[method], now, before, after)
    return found


def operation_breaks(where: str, old: Document, new: Document, before: Document, after: Document) -> list[str]:
    """Breaks of one operation."""
    found = parameter_breaks(where, old, new)
    old_body, new_body = body_schema(old.get("requestBody")), body_schema(new.get("requestBody"))
    if old_body is not None and new_body is None:
        found.append(f"{where}: takes no body any more")
    if new_body is not None:
        found += request_breaks(f"{where} request", old_body or {}, new_body, before, after)
    for status, response in old.get("responses", {}).items():
        if status >= "3":
            continue
        if status not in new.get("responses", {}):
            found.append(f"{where}: answers {status} no more")
            continue
        old_schema, new_schema = body_schema(response), body_schema(new["responses"][status])
        found += response_breaks(f"{where} {status}", old_schema or {}, new_schema or {}, before, after)
    return found


def parameter_breaks(where: str, old: Document, new: Document) -> list[str]:
    """A parameter that is gone, or that is required and was not."""
    earlier = {(row["in"], row["name"]): row for row in old.get("parameters", [])}
    later = {(row["in"], row["name"]): row for row in new.get("parameters", [])}
    found = [f"{where}: parameter {name} is gone" for place, name in earlier if (place, name) not in later]
    found += [
        f"{where}: parameter {key[1]} is required now"
        for key, row in later.items()
        if row.get("required") and not earlier.get(key, {}).get("required")
    ]
    return found


def request_breaks(where: str, old: Any, new: Any, before: Document, after: Document, depth: int = 0) -> list[str]:
    """A field that is refused now, newly required, of another type, or allows fewer values."""
    old, new = resolve(old, before), resolve(new, after)
    found = type_breaks(where, old, new)
    if removed := sorted(set(map(str, old.get("enum", []))) - set(map(str, new.get("enum", [])))):
        found += [f"{where}: takes {', '.join(removed)} no more"] if new.get("enum") else []
    required = set(new.get("required", [])) - set(old.get("required", []))
    found += [f"{where}.{name}: is required now" for name in sorted(required)]
    for name, inner in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            found.append(f"{where}.{name}: is refused now")
        elif depth < 8:
            found += request_breaks(f"{where}.{name}", inner, new["properties"][name], before, after, depth + 1)
    return found


def response_breaks(where: str, old: Any, new: Any, before: Document, after: Document, depth: int = 0) -> list[str]:
    """A member that is gone, of another type, or not always there any more."""
    old, new = resolve(old, before), resolve(new, after)
    found = type_breaks(where, old, new)
    for name, inner in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            found.append(f"{where}.{name}: is gone")
        elif name in old.get("required", []) and name not in new.get("required", []):
            found.append(f"{where}.{name}: is not always there any more")
        elif depth < 8:
            found += response_breaks(f"{where}.{name}", inner, new["properties"][name], before, after, depth + 1)
    if "items" in old and depth < 8:
        found += response_breaks(f"{where}[]", old["items"], new.get("items", {}), before, after, depth + 1)
    return found


def type_breaks(where: str, old: Document, new: Document) -> list[str]:
    """Another type."""
    if "type" in old and "type" in new and old["type"] != new["type"]:
        return [f"{where}: was {old['type']}, is {new['type']}"]
    return []


def body_schema(holder: Document | None) -> Document | None:
    """The JSON schema of a request body or response."""
    schema: Document | None = ((holder or {}).get("content", {}).get("application/json") or {}).get("schema")
    return schema


def resolve(schema: Document, document: Document) -> Document:
    """The schema a reference points to."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    return schema
