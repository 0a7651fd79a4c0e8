"""Schemathesis reads the OpenAPI document and sends what it allows, and what it does not, as each kind of caller."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from django.test.client import ClientHandler
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from applications.models import PartnerApplication
from authn.services.oauth import client_credentials_grant, create_client
from common.api.documents import openapi
from common.principal import SYSTEM
from tests.conftest import ALL_SCOPES, make_key

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

EXAMPLES = 4
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [(path, method) for path, item in openapi()["paths"].items() for method in item if "/oauth/" not in path]


def application_under_test(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The whole middleware stack inside the test's transaction: Django's test handler as a WSGI application."""
    response: Any = ClientHandler(enforce_csrf_checks=False)(environ)
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [b"".join(response.streaming_content) if response.streaming else response.content]


@pytest.fixture(scope="module")
def schema() -> Any:
    """The document, bound to the WSGI application."""
    document = json.loads(json.dumps(openapi()))
    document["servers"] = [{"url": "/"}]
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = application_under_test
    return loaded


def credential(caller: str, application: PartnerApplication, service_key: str) -> str:
    """What `caller` sends."""
    if caller == "service":
        return service_key
    if caller == "token":
        flows = ["client_credentials"]
        issued = create_client(application=application, name="Sync", allowed_flows=flows, actor=SYSTEM)
        form = {"client_id": issued.client.client_id, "client_secret": str(issued.client_secret)}
        return str(client_credentials_grant(**form)["access_token"])
    return make_key(application, scopes=ALL_SCOPES | {"admin"} if caller == "admin" else ALL_SCOPES)


GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
KINDS = [(caller, mode) for caller in ("partner", "admin") for mode in (GOOD, BAD)] + [
    ("service", GOOD),
    ("token", GOOD),
]


@pytest.mark.parametrize(("caller", "mode"), KINDS, ids=lambda value: getattr(value, "value", value))
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=str)
def test_every_answer_is_documented(
    schema: Any,
    application: PartnerApplication,
    service_key: str,
    path: str,
    method: str,
    mode: GenerationMode,
    caller: str,
) -> None:
    headers = {"Authorization": f"Bearer {credential(caller, application, service_key)}"}
    operation = schema[path][method.upper()]

    @settings(
        max_examples=EXAMPLES,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        response = case.call(headers=headers)
        case.validate_response(response, checks=CHECKS)

    try:
        send()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong with an operation that takes nothing
