"""What every endpoint does with what clients send, shown on one that takes a free-form object."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from integrations.models import Integration

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
PATH = "/api/integrations"


@pytest.fixture
def client(api: Api, acme_key: str) -> APIClient:
    """Acme's key."""
    return api(acme_key)


def post(client: APIClient, body: bytes | str, content_type: str = "application/json") -> Any:
    return client.generic("POST", PATH, body, content_type=content_type)  # type: ignore[arg-type]  # takes bytes too


@pytest.mark.parametrize(
    "body",
    [
        "{",
        "",
        "{]",
        "nonsense",
        '{"a": NaN}',
        '{"a": Infinity}',
        '{"a": 1, "a": 2}',
        '{"config": {"a": 1, "a": 2}}',
        '{"a": 1' + "0" * 5000 + "}",
        "[" * 100_000,
        b"\xff\xfe",
        b'{"a": "\xff"}',
        '{"config": ' + '{"a":' * 100 + "1" + "}" * 101,
    ],
    ids=range(13),
)
def test_what_is_not_strict_json_is_a_400(client: APIClient, body: bytes | str) -> None:
    response = post(client, body)

    assert response.status_code == 400
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] in {"malformed_json", "too_deep", "invalid"}
    assert isinstance(response.json()["errors"], list)


@pytest.mark.parametrize("body", ["[]", '"text"', "1", "true", "null", "[{}]"])
def test_a_body_that_is_no_object_is_a_400(client: APIClient, body: str) -> None:
    response = post(client, body)

    assert response.status_code == 400
    assert response.json()["code"] == "invalid"


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        (r'{"integrationName": "a\u0000b"}', "integrationName", "invalid_text"),
        (r'{"integrationName": "\ud800"}', "integrationName", "invalid_text"),
        (r'{"config": {"snake_key": ["x", {"y": "\u0000"}]}}', "config.snake_key[1].y", "invalid_text"),
        (r'{"config": {"a\u0000": 1}}', "config.a\ufffd", "invalid_text"),
        (r'{"config": {"n": 1e999}}', "config.n", "not_finite"),
    ],
)
def test_what_cannot_be_stored_is_named(client: APIClient, body: str, field: str, code: str) -> None:
    response = post(client, body)

    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [(field, code)]


def test_unknown_fields_are_named_as_they_were_spelt(client: APIClient) -> None:
    response = client.post(PATH, {"integration_name": "x", "Color": 1, "id": "x"})

    assert response.status_code == 400
    assert {(row["field"], row["code"]) for row in response.json()["errors"]} == {
        ("integration_name", "unknown_field"),
        ("Color", "unknown_field"),
        ("id", "unknown_field"),
    }


@pytest.mark.parametrize(
    "content_type",
    [
        "text/plain",
        "application/xml",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "nonsense",
    ],
)
def test_another_content_type_is_a_415(client: APIClient, content_type: str) -> None:
    response = post(client, "a=1", content_type)

    assert response.status_code == 415
    assert response.json()["code"] == "unsupported_media_type"


def test_a_body_over_one_mebibyte_is_a_413(client: APIClient, application: PartnerApplication) -> None:
    response = client.post(
        PATH, {"appId": str(application.pk), "integrationName": "x", "config": {"a": "x" * 1_048_576}}
    )

    assert response.status_code == 413
    assert response.json()["code"] == "payload_too_large"
    assert not Integration.objects.exists()


def test_a_body_just_under_one_mebibyte_is_taken(client: APIClient, application: PartnerApplication) -> None:
    response = client.post(
        PATH, {"appId": str(application.pk), "integrationName": "x", "config": {"a": "x" * 1_048_000}}
    )

    assert response.status_code == 201


@pytest.fixture
def deactivate(client: APIClient, application: PartnerApplication) -> Iterator[Callable[..., Any]]:
    """Sends a body to an action that takes none; what it refuses has changed nothing."""
    row = Integration.objects.create(partner=application.partner, application=application, integration_name="x")
    answers = []

    def send(body: str, content_type: str = "application/json") -> Any:
        answers.append(client.generic("POST", f"{PATH}/{row.pk}/deactivate", body, content_type=content_type))
        return answers[-1]

    yield send
    row.refresh_from_db()
    taken = any(answer.status_code == 200 for answer in answers)
    assert row.status == (Integration.Status.INACTIVE if taken else Integration.Status.ACTIVE)


@pytest.mark.parametrize(
    ("body", "field", "code"),
    [
        ('{"reason": "KYC done"}', "reason", "unknown_field"),
        ('{"status": "inactive"}', "status", "unknown_field"),
        ("[]", "", "invalid"),
        ("[1]", "", "invalid"),
        ('"text"', "", "invalid"),
        ("null", "", "null"),
    ],
)
def test_an_action_without_a_body_refuses_one(deactivate: Callable[..., Any], body: str, field: str, code: str) -> None:
    response = deactivate(body)

    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [(field, code)]


def test_an_action_without_a_body_refuses_a_garbled_one_too(deactivate: Callable[..., Any]) -> None:
    response = deactivate("{")

    assert (response.status_code, response.json()["code"]) == (400, "malformed_json")


def test_an_action_without_a_body_refuses_another_content_type(deactivate: Callable[..., Any]) -> None:
    assert deactivate("a=1", "application/x-www-form-urlencoded").status_code == 415


@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        ("{}", "application/json"),
        ("", "application/json"),
        ("", ""),
        ("", "text/plain"),
        ("", "application/x-www-form-urlencoded"),
        ("", "multipart/form-data; boundary=x"),
    ],
)
def test_an_action_without_a_body_needs_none(deactivate: Callable[..., Any], body: str, content_type: str) -> None:
    assert deactivate(body, content_type).status_code == 200


def test_a_delete_with_members_deletes_nothing(client: APIClient, application: PartnerApplication) -> None:
    row = Integration.objects.create(partner=application.partner, application=application, integration_name="x")
    refused = client.delete(f"{PATH}/{row.pk}", {"reason": "Moved"})
    there = Integration.objects.count()
    taken = client.delete(f"{PATH}/{row.pk}", {})

    assert (refused.status_code, refused.json()["errors"][0]["field"]) == (400, "reason")
    assert (there, taken.status_code, Integration.objects.count()) == (1, 204, 0)


@pytest.mark.parametrize("accept", ["text/html", "application/xml", "*/*", "nonsense", "application/problem+json"])
def test_accept_never_changes_the_answer(client: APIClient, accept: str) -> None:
    response = client.get(PATH, headers={"Accept": accept})

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_a_method_that_is_not_there_is_a_405(client: APIClient) -> None:
    response = client.delete(PATH)

    assert response.status_code == 405
    assert response["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == "method_not_allowed"
    assert {method.strip() for method in response["Allow"].split(",")} >= {"GET", "POST"}


def test_options_names_the_methods(client: APIClient) -> None:
    response = client.options(PATH)

    assert (response.status_code, response.content) == (204, b"")
    assert "POST" in response["Allow"]


def test_head_is_get_without_a_body(client: APIClient) -> None:
    response = client.head(PATH)

    assert response.status_code == 200
    assert response["Content-Type"] == "application/json"


def test_a_nul_in_the_query_is_named(client: APIClient) -> None:
    response = client.get(PATH, {"status": "a\0"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "status"


@pytest.mark.parametrize("key", ["x", "1", "0198c5e2", "%00", "..", "0198c5e2-7c1b-7e6a-9d57-3f1a2b4c5d6e"])
def test_an_id_that_is_none_is_a_404(client: APIClient, key: str) -> None:
    assert client.get(f"{PATH}/{key}").status_code == 404


def test_no_credential_is_a_401(api: Api) -> None:
    response = api().get(PATH)

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="treaty"'
    assert response.json()["code"] == "not_authenticated"
