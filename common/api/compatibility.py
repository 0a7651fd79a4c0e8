"""Changes between two OpenAPI documents that break a client written against the first."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
METHODS = ("get", "put", "post", "delete", "patch")
MAX_DEPTH = 8
# What a value may be at most, and at least: a request breaks when it gets tighter.
UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")


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
    found = caller_breaks(where, old, new) + parameter_breaks(where, old, new, before, after)
    old_body, new_body = body_schema(old.get("requestBody")), body_schema(new.get("requestBody"))
    if old_body is not None and new_body is None:
        found.append(f"{where}: takes no body any more")
    if new_body is not None:
        if new.get("requestBody", {}).get("required") and not old.get("requestBody", {}).get("required"):
            found.append(f"{where}: needs a body now")
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


def caller_breaks(where: str, old: Document, new: Document) -> list[str]:
    """Another scope, or a credential where none was needed."""
    earlier, later = set(old.get("x-required-scope", [])), set(new.get("x-required-scope", []))
    found = []
    if later and (not earlier or earlier - later):
        found.append(f"{where}: needs {' or '.join(sorted(later))} now, was {' or '.join(sorted(earlier)) or 'open'}")
    if is_open(old) and not is_open(new):
        found.append(f"{where}: needs a credential now")
    return found


def is_open(operation: Document) -> bool:
    """Whether it can be called without a credential."""
    security = operation.get("security") or [{}]
    return any(row == {} for row in security)


def parameter_breaks(where: str, old: Document, new: Document, before: Document, after: Document) -> list[str]:
    """A parameter that is gone, that is required and was not, or that takes less than it did."""
    earlier = {(row["in"], row["name"]): row for row in old.get("parameters", [])}
    later = {(row["in"], row["name"]): row for row in new.get("parameters", [])}
    found = [f"{where}: parameter {name} is gone" for place, name in earlier if (place, name) not in later]
    found += [
        f"{where}: parameter {key[1]} is required now"
        for key, row in later.items()
        if row.get("required") and not earlier.get(key, {}).get("required")
    ]
    for key in earlier.keys() & later.keys():
        if key != ("header", "Api-Version"):  # names the current version; the registry says which are served
            old_schema, new_schema = earlier[key].get("schema", {}), later[key].get("schema", {})
            found += request_breaks(f"{where} parameter {key[1]}", old_schema, new_schema, before, after)
    return sorted(found)


def request_breaks(where: str, old: Any, new: Any, before: Document, after: Document, depth: int = 0) -> list[str]:
    """A field that is refused now, newly required, of another type, or takes less than it did."""
    old, new = resolve(old, before), resolve(new, after)
    found = narrowed(where, old, new)
    required = set(new.get("required", [])) - set(old.get("required", []))
    found += [f"{where}.{name}: is required now" for name in sorted(required)]
    for name, inner in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            found.append(f"{where}.{name}: is refused now")
        elif depth < MAX_DEPTH:
            found += request_breaks(f"{where}.{name}", inner, new["properties"][name], before, after, depth + 1)
    if "items" in old and depth < MAX_DEPTH:
        found += request_breaks(f"{where}[]", old["items"], new.get("items", {}), before, after, depth + 1)
    return found


def narrowed(where: str, old: Document, new: Document) -> list[str]:
    """Values that were taken and are not."""
    found = []
    if old and types(new) and not types(old) <= with_integers(types(new)):
        found.append(f"{where}: was {shown(old)}, is {shown(new)}")
    if new.get("enum"):
        if "enum" not in old and types(old) and "const" not in old:
            found.append(f"{where}: takes {', '.join(map(str, new['enum']))} alone now")
        removed = sorted(set(map(str, old.get("enum", []))) - set(map(str, new["enum"])))
        found += [f"{where}: takes {', '.join(removed)} no more"] if removed else []
    for name in ("pattern", "format"):
        if new.get(name) and old and new[name] != old.get(name):
            found.append(f"{where}: {name} is {new[name]} now, was {old.get(name, 'free')}")
    found += [
        f"{where}: {name} is {new[name]} now, was {old.get(name, 'free')}"
        for names, sign in ((UPPER, 1), (LOWER, -1))
        for name in names
        if name in new and old and (name not in old or sign * new[name] < sign * old[name])
    ]
    return found


def response_breaks(where: str, old: Any, new: Any, before: Document, after: Document, depth: int = 0) -> list[str]:
    """A member that is gone, of another type, or not always there any more; an enum is one a client may not know."""
    old, new = resolve(old, before), resolve(new, after)
    found = []
    if types(old) and not (types(new) and types(new) <= with_integers(types(old))):
        found.append(f"{where}: was {shown(old)}, is {shown(new)}")
    if old.get("format") and new.get("format") != old["format"]:
        found.append(f"{where}: format was {old['format']}, is {new.get('format', 'free')}")
    for name, inner in old.get("properties", {}).items():
        if name not in new.get("properties", {}):
            found.append(f"{where}.{name}: is gone")
            continue
        if name in old.get("required", []) and name not in new.get("required", []):
            found.append(f"{where}.{name}: is not always there any more")
        if depth < MAX_DEPTH:
            found += response_breaks(f"{where}.{name}", inner, new["properties"][name], before, after, depth + 1)
    if "items" in old and depth < MAX_DEPTH:
        found += response_breaks(f"{where}[]", old["items"], new.get("items", {}), before, after, depth + 1)
    return found


def types(schema: Document) -> set[str]:
    """The JSON types a schema names."""
    named = schema.get("type", [])
    return {named} if isinstance(named, str) else set(named)


def with_integers(names: set[str]) -> set[str]:
    """Where numbers are, integers are too."""
    return names | {"integer"} if "number" in names else names


def shown(schema: Document) -> str:
    """The types, for people."""
    return " or ".join(sorted(types(schema))) or "anything"


def body_schema(holder: Document | None) -> Document | None:
    """The JSON schema of a request body or response."""
    schema: Document | None = ((holder or {}).get("content", {}).get("application/json") or {}).get("schema")
    return schema


def resolve(schema: Document, document: Document) -> Document:
    """The schema a reference points to; of `null` or one schema, that one, which may then be null."""
    while "$ref" in schema:
        schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
    for key in ("allOf", "oneOf", "anyOf"):
        options = [row for row in schema.get(key, []) if row.get("type") != "null"]
        if len(options) == 1:
            inner = resolve(options[0], document)
            is_nullable = len(schema[key]) > 1 and types(inner)
            return {**inner, "type": sorted(types(inner) | {"null"})} if is_nullable else inner
    return schema
