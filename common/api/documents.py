"""The OpenAPI document and its reference page."""

from __future__ import annotations

import hashlib
from functools import cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import condition
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.renderers import OpenApiJsonRenderer, OpenApiYamlRenderer

from common.api.problems import problem_response
from common.api.versions.registry import CURRENT, VERSIONS

YAML_TYPES = ("application/yaml", "application/x-yaml", "application/vnd.oai.openapi", "text/yaml")


@cache
def openapi() -> dict[str, Any]:
    """The document, made once per process."""
    document: dict[str, Any] = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # (drf-spectacular has no types)
    return document


@cache
def rendered(kind: str) -> bytes:
    """The document as JSON or YAML text."""
    renderer = OpenApiYamlRenderer() if kind == "yaml" else OpenApiJsonRenderer()
    text: bytes = renderer.render(openapi(), renderer_context={})
    return text


def wanted(request: HttpRequest) -> str:
    """YAML for those who ask for it before JSON; JSON for everyone else."""
    accepted = request.headers.get("Accept", "").lower()
    asks_yaml = any(name in accepted for name in YAML_TYPES) and "json" not in accepted
    return "yaml" if asks_yaml else "json"


def etag(request: HttpRequest) -> str:
    """Changes when the document does."""
    return f'"{hashlib.sha256(rendered(wanted(request))).hexdigest()[:32]}"'


@condition(etag_func=etag)
def schema(request: HttpRequest) -> HttpResponse:
    """GET /api/schema: OpenAPI 3.1, as JSON, or as YAML when `Accept` asks for it."""
    if request.method not in {"GET", "HEAD"}:
        return not_allowed(request)
    kind = wanted(request)
    response = HttpResponse(rendered(kind), content_type=f"application/{kind}")
    response["Vary"] = "Accept"
    response["Access-Control-Allow-Origin"] = "*"
    return response


def docs(request: HttpRequest) -> HttpResponse:
    """GET /api/docs: the reference, from assets of our own."""
    if request.method not in {"GET", "HEAD"}:
        return not_allowed(request)
    return render(request, "api/docs.html", {"current": CURRENT, "versions": VERSIONS[::-1]})


def not_allowed(request: HttpRequest) -> HttpResponse:
    """405 with `Allow`."""
    response = problem_response(
        request, status=405, code="method_not_allowed", detail=f'Method "{request.method}" not allowed.'
    )
    response["Allow"] = "GET, HEAD"
    return response
