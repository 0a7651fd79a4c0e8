"""The committed document is the one the code makes, and what breaks clients is named."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.api.compatibility import breaking_changes
from config.environment import ROOT

Document = dict[str, Any]
SNAPSHOT = ROOT / "docs" / "openapi.json"


@pytest.fixture
def document() -> Document:
    """The committed one."""
    parsed: Document = json.loads(SNAPSHOT.read_text(encoding="utf-8"))
    return parsed


def test_the_committed_document_is_current() -> None:
    call_command("openapi", "--check")


def test_nothing_breaks_between_equal_documents(document: Document) -> None:
    assert breaking_changes(document, copy.deepcopy(document)) == []


def schema(document: Document, name: str) -> Document:
    found: Document = document["components"]["schemas"][name]
    return found


def remove_operation(document: Document) -> None:
    del document["paths"]["/api/keys/{id}/rotate"]


def remove_method(document: Document) -> None:
    del document["paths"]["/api/webhooks/{id}"]["patch"]


def remove_parameter(document: Document) -> None:
    operation = document["paths"]["/api/integrations"]["get"]
    operation["parameters"] = [row for row in operation["parameters"] if row["name"] != "appId"]


def require_parameter(document: Document) -> None:
    next(row for row in document["paths"]["/api/events"]["get"]["parameters"] if row["name"] == "limit")["required"] = 1


def require_field(document: Document) -> None:
    schema(document, "WebhookCreateInputRequest")["required"].append("description")


def refuse_field(document: Document) -> None:
    del schema(document, "WebhookCreateInputRequest")["properties"]["maxInFlight"]


def rename_member(document: Document) -> None:
    members = schema(document, "Webhook")["properties"]
    members["url"] = members.pop("endpointUrl")


def retype_member(document: Document) -> None:
    schema(document, "Webhook")["properties"]["endpointUrl"] = {"type": "integer"}


def drop_status(document: Document) -> None:
    document["paths"]["/api/webhooks"]["post"]["responses"].pop("201")


@pytest.mark.parametrize(
    ("change", "line"),
    [
        (remove_operation, "POST /api/keys/{id}/rotate: is gone"),
        (remove_method, "PATCH /api/webhooks/{id}: is gone"),
        (remove_parameter, "GET /api/integrations: parameter appId is gone"),
        (require_parameter, "GET /api/events: parameter limit is required now"),
        (require_field, "POST /api/webhooks request.description: is required now"),
        (refuse_field, "POST /api/webhooks request.maxInFlight: is refused now"),
        (rename_member, "GET /api/webhooks/{id} 200.data.endpointUrl: is gone"),
        (retype_member, "GET /api/webhooks 200.data[].endpointUrl: was string, is integer"),
        (drop_status, "POST /api/webhooks: answers 201 no more"),
    ],
)
def test_what_breaks_is_named(document: Document, change: Callable[[Document], None], line: str) -> None:
    changed = copy.deepcopy(document)
    change(changed)

    assert line in breaking_changes(document, changed)


def test_what_is_added_breaks_nothing(document: Document) -> None:
    changed = copy.deepcopy(document)
    changed["paths"]["/api/more"] = changed["paths"]["/api/webhooks"]
    schema(changed, "WebhookCreateInputRequest")["properties"]["colour"] = {"type": "string"}
    schema(changed, "Webhook")["properties"]["colour"] = {"type": "string"}

    assert breaking_changes(document, changed) == []


def test_the_command_lists_breaks(document: Document, tmp_path: Path) -> None:
    released = tmp_path / "released.json"
    released.write_text(json.dumps(document), encoding="utf-8")
    call_command("openapi", "--breaking", str(released))

    document["paths"]["/api/gone"] = {"get": {"responses": {}}}
    released.write_text(json.dumps(document), encoding="utf-8")
    with pytest.raises(CommandError, match="GET /api/gone: is gone"):
        call_command("openapi", "--breaking", str(released))
