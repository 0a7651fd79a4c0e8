"""The OpenAPI document and its reference page."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from drf_spectacular.validation import validate_schema

from common.api.compatibility import METHODS
from common.api.documents import openapi


@pytest.fixture(scope="module")
def document() -> dict[str, Any]:
    """The document as JSON values."""
    parsed: dict[str, Any] = json.loads(json.dumps(openapi()))
    return parsed


def operations(document: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method in METHODS:
                yield f"{method.upper()} {path}", operation


def references(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        if isinstance(node.get("$ref"), str):
            yield node["$ref"]
        for inner in node.values():
            yield from references(inner)
    elif isinstance(node, list):
        for inner in node:
            yield from references(inner)


def test_it_is_valid_openapi_3_1(document: dict[str, Any]) -> None:
    assert document["openapi"].startswith("3.1")
    validate_schema(document)  # type: ignore[no-untyped-call]  # drf-spectacular has no types


def test_every_reference_leads_somewhere(document: dict[str, Any]) -> None:
    for reference in set(references(document)):
        node: Any = document
        for step in reference.removeprefix("#/").split("/"):
            node = node[step]


def test_operation_ids_are_unique(document: dict[str, Any]) -> None:
    ids = [operation["operationId"] for _, operation in operations(document)]

    assert len(ids) == len(set(ids))


def test_every_operation_is_described(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if "/oauth/" in name:
            continue  # OAuth's endpoints are their RFCs'
        assert operation.get("summary"), name
        assert operation.get("description"), name
        assert operation.get("tags"), name
        assert any(status.startswith("2") for status in operation["responses"]), name


def test_every_operation_has_examples_and_samples(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        success = [response for status, response in operation["responses"].items() if status < "3"]
        for holder in (operation.get("requestBody", {}), *success):
            for kind, content in holder.get("content", {}).items():
                if kind == "application/json":
                    assert {"example", "examples"} & set(content), name
        samples = {row["lang"]: row["source"] for row in operation["x-codeSamples"]}
        assert list(samples) == ["curl", "python", "typescript"], name
        assert ("Bearer" in samples["curl"]) == any("bearer" in row for row in operation.get("security", [])), name
        if "/oauth/token" not in name and "/stream" not in name:
            assert f"{operation['operationId']}.sync(" in samples["python"], name


def test_every_operation_documents_its_refusals(document: dict[str, Any]) -> None:
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for name, operation in operations(document):
        if operation.get("security", [{}]) == [{}] or "/oauth/" in name:
            continue
        wanted = {"400", "401", "403", "429"} | ({"404"} if "{" in name else set())
        assert wanted <= set(operation["responses"]), name
        assert all(operation["responses"][status]["content"] == problem for status in wanted), name


def test_names_on_the_wire_are_camel_case(document: dict[str, Any]) -> None:
    for name, operation in operations(document):
        if "/oauth/" in name or name.endswith("/keys/leaked"):
            continue  # OAuth's own names are snake case (RFC 6749), and so are those of secret scanners
        for parameter in operation.get("parameters", []):
            assert parameter["in"] == "path" or "_" not in parameter["name"], (name, parameter["name"])
        for reference in references(operation):
            schema = document["components"]["schemas"][reference.rpartition("/")[2]]
            assert not [member for member in schema.get("properties", {}) if "_" in member], (name, reference)


def test_the_envelope_is_documented(document: dict[str, Any]) -> None:
    one = document["paths"]["/api/events/{id}"]["get"]["responses"]["200"]["content"]["application/json"]
    many = document["paths"]["/api/events"]["get"]["responses"]["200"]["content"]["application/json"]

    assert one["schema"]["properties"] == {"data": {"$ref": "#/components/schemas/Event"}}
    assert many["schema"] == {"$ref": "#/components/schemas/PaginatedEventList"}
    page = document["components"]["schemas"]["PaginatedEventList"]["properties"]
    assert page["data"] == {"type": "array", "items": {"$ref": "#/components/schemas/Event"}}
    assert set(many["example"]) == {"data", "pagination"}


def test_it_is_served_as_json_and_as_yaml(client: Client) -> None:
    as_json = client.get("/api/schema")
    as_yaml = client.get("/api/schema", headers={"Accept": "application/yaml"})

    assert as_json["Content-Type"] == "application/json"
    assert as_json.json()["info"]["title"] == "Treaty API"
    assert as_yaml["Content-Type"] == "application/yaml"
    assert as_yaml.content.startswith(b"openapi: 3.1")
    assert client.get("/api/schema", headers={"If-None-Match": as_json["ETag"]}).status_code == 304


@pytest.mark.parametrize("path", ["/api/schema", "/api/docs"])
def test_neither_takes_a_post(client: Client, path: str) -> None:
    response = client.post(path)

    assert (response.status_code, response["Allow"]) == (405, "GET, HEAD")
    assert response["Content-Type"] == "application/problem+json"


def test_the_reference_needs_only_this_server(client: Client) -> None:
    response = client.get("/api/docs")

    text = response.content.decode()
    assert response.status_code == 200
    assert "https://" not in text
    assert "<style" not in text
    assert "unsafe" not in response["Content-Security-Policy"]
    assert text.count("<script") == text.count("<script src=")
