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
from common.api.versions.registry import CURRENT
from config.environment import ROOT
from config.management.commands import openapi as command

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


def narrow_parameter(document: Document) -> None:
    row = next(row for row in document["paths"]["/api/events"]["get"]["parameters"] if row["name"] == "limit")
    row["schema"] = {**row["schema"], "maximum": 20}


def retype_parameter(document: Document) -> None:
    row = next(row for row in document["paths"]["/api/events"]["get"]["parameters"] if row["name"] == "cursor")
    row["schema"] = {"type": "integer"}


def remove_value(document: Document) -> None:
    members = schema(document, "IntegrationCreateRequest")["properties"]
    members["integrationType"]["enum"] = members["integrationType"]["enum"][1:]


def shorten_text(document: Document) -> None:
    schema(document, "IntegrationCreateRequest")["properties"]["integrationName"]["maxLength"] = 3


def pattern_on_text(document: Document) -> None:
    schema(document, "IntegrationCreateRequest")["properties"]["integrationName"]["pattern"] = "^a"


def null_in_answer(document: Document) -> None:
    schema(document, "Webhook")["properties"]["endpointUrl"]["type"] = ["string", "null"]


def null_refused(document: Document) -> None:
    found = schema(document, "TrackUsageRequest")["properties"]["appId"]
    assert found["type"] == ["string", "null"]
    found["type"] = "string"


def items_of_answer(document: Document) -> None:
    schema(document, "Webhook")["properties"]["subscribedEvents"]["items"] = {"type": "integer"}


def items_of_body(document: Document) -> None:
    schema(document, "WebhookCreateInputRequest")["properties"]["subscribedEvents"]["items"] = {"type": "integer"}


def optional_in_answer(document: Document) -> None:
    schema(document, "Webhook")["required"].remove("endpointUrl")


def more_scope(document: Document) -> None:
    document["paths"]["/api/keys"]["get"]["x-required-scope"] = ["admin"]


def new_credential(document: Document) -> None:
    document["paths"]["/api/keys/leaked"]["post"]["security"] = [{"bearer": []}]


NARROWER = [
    (narrow_parameter, "GET /api/events parameter limit: maximum is 20 now, was 200"),
    (retype_parameter, "GET /api/events parameter cursor: was string, is integer"),
    (remove_value, "POST /api/integrations request.integrationType: takes webhook no more"),
    (shorten_text, "POST /api/integrations request.integrationName: maxLength is 3 now, was 100"),
    (pattern_on_text, "POST /api/integrations request.integrationName: pattern is ^a now, was free"),
    (null_in_answer, "GET /api/webhooks/{id} 200.data.endpointUrl: was string, is null or string"),
    (null_refused, "POST /api/billing/usage request.appId: was null or string, is string"),
    (items_of_answer, "GET /api/webhooks/{id} 200.data.subscribedEvents[]: was string, is integer"),
    (items_of_body, "POST /api/webhooks request.subscribedEvents[]: was string, is integer"),
    (optional_in_answer, "GET /api/webhooks/{id} 200.data.endpointUrl: is not always there any more"),
    (more_scope, "GET /api/keys: needs admin now, was manage:keys"),
    (new_credential, "POST /api/keys/leaked: needs a credential now"),
]


@pytest.mark.parametrize(("change", "line"), NARROWER)
def test_what_takes_less_or_answers_more_loosely_is_named(
    document: Document, change: Callable[[Document], None], line: str
) -> None:
    changed = copy.deepcopy(document)
    change(changed)

    assert line in breaking_changes(document, changed)


def test_what_takes_more_or_answers_more_strictly_breaks_nothing(document: Document) -> None:
    changed = copy.deepcopy(document)
    body = schema(changed, "IntegrationCreateRequest")["properties"]
    body["integrationName"] = {"type": ["string", "null"], "maxLength": 4000}
    body["integrationType"]["enum"].append("more")
    schema(changed, "Webhook")["properties"]["previousSecretExpiresAt"]["type"] = "string"
    changed["paths"]["/api/keys"]["get"]["x-required-scope"] = ["manage:keys", "admin"]

    assert breaking_changes(document, changed) == []


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


def test_a_break_is_not_written(document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    snapshot = tmp_path / "openapi.json"
    monkeypatch.setattr(command, "ROOT", tmp_path)
    monkeypatch.setattr(command, "SNAPSHOT", snapshot)
    monkeypatch.setattr(command, "CHANGELOG", tmp_path / "api-changelog.md")
    document["paths"]["/api/gone"] = {"get": {"responses": {}}}
    text = json.dumps(document)
    snapshot.write_text(text, encoding="utf-8")

    with pytest.raises(CommandError, match="GET /api/gone: is gone"):
        call_command("openapi")
    assert snapshot.read_text(encoding="utf-8") == text

    call_command("openapi", "--accept-breaking")
    assert "/api/gone" not in json.loads(snapshot.read_text(encoding="utf-8"))["paths"]


def test_a_break_with_a_version_is_written(document: Document, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    released = tmp_path / "released.json"
    document["paths"]["/api/gone"] = {"get": {"responses": {}}}
    before = json.dumps(document).replace(f'"enum": ["{CURRENT}"]', '"enum": ["2026-10-01"]')
    released.write_text(before, encoding="utf-8")
    call_command("openapi", "--breaking", str(released))
