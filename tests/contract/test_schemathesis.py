"""Schemathesis reads the OpenAPI document and sends what it allows, and what it does not, as each kind of caller."""

from __future__ import annotations

import json
from typing import Any

import pytest
import schemathesis
from django.test import Client
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
from partners.models import User
from tests.conftest import ALL_SCOPES, make_key
from tests.contract.world import build_world

pytestmark = [pytest.mark.django_db, pytest.mark.timeout(300)]

EXAMPLES = 4
CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
OPERATIONS = [(path, method) for path, item in openapi()["paths"].items() for method in item if "/oauth/" not in path]


def application_under_test(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """The whole middleware stack, CSRF check included, inside the test's transaction: Django's test handler as WSGI."""
    response: Any = ClientHandler(enforce_csrf_checks=True)({"REMOTE_ADDR": "127.0.0.1", **environ})
    start_response(f"{response.status_code} {response.reason_phrase}", list(response.items()))
    return [b"".join(response.streaming_content) if response.streaming else response.content]


@pytest.fixture(scope="module")
def schema() -> Any:
    """The document, bound to the WSGI application."""
    document = json.loads(json.dumps(openapi()))
    document["servers"] = [{"url": "/"}]
    loaded = schemathesis.openapi.from_dict(document)
    loaded.app = application_under_test
    loaded.config.generation.with_security_parameters = False  # who calls is said by `credential`
    return loaded


Credential = dict[str, dict[str, str]]


def session_of(person: User) -> Credential:
    """What the portal's own pages send with their calls."""
    browser = Client()
    browser.force_login(person)
    csrf = "0123456789abcdef" * 2
    cookies = {"sessionid": browser.cookies["sessionid"].value, "csrftoken": csrf}
    return {"headers": {"X-CSRFToken": csrf}, "cookies": cookies}


def bearer(caller: str, application: PartnerApplication) -> str:
    """A key or a token of `caller`."""
    if caller == "token":
        flows = ["client_credentials"]
        issued = create_client(application=application, name="Sync", allowed_flows=flows, actor=SYSTEM)
        form = {"client_id": issued.client.client_id, "client_secret": str(issued.client_secret)}
        return str(client_credentials_grant(**form)["access_token"])
    return make_key(application, scopes=ALL_SCOPES | {"admin"} if caller == "admin" else ALL_SCOPES)


@pytest.fixture
def credential(caller: str, application: PartnerApplication, request: pytest.FixtureRequest) -> Credential:
    """What says who `caller` is."""
    if caller in {"alice", "dana"}:
        return session_of(request.getfixturevalue(caller))
    service = caller == "service"
    key = request.getfixturevalue("service_key") if service else bearer(caller, application)
    return {"headers": {"Authorization": f"Bearer {key}"}, "cookies": {}}


GOOD, BAD = GenerationMode.POSITIVE, GenerationMode.NEGATIVE
# A session differs from a key in who it is, not in what it may send: half the examples do.
KINDS = [
    ("partner", GOOD, EXAMPLES),
    ("partner", BAD, EXAMPLES),
    ("admin", GOOD, EXAMPLES),
    ("admin", BAD, EXAMPLES),
    ("service", GOOD, EXAMPLES),
    ("token", GOOD, EXAMPLES),
    ("alice", GOOD, EXAMPLES // 2),
    ("dana", GOOD, EXAMPLES // 2),
]


@pytest.fixture
def there(application: PartnerApplication, path: str, mode: GenerationMode, caller: str) -> dict[str, str]:
    """The id in `path` of an object that is there; none for callers whose walk is one of strange ids."""
    resource, _, rest = path.partition("/{")
    if not rest or mode is BAD or caller in {"service", "token"}:
        return {}
    return {rest.partition("}")[0]: build_world(application)[resource]}


@pytest.mark.parametrize(
    ("caller", "mode", "examples"), KINDS, ids=[f"{caller}-{mode.value}" for caller, mode, _examples in KINDS]
)
@pytest.mark.parametrize(("path", "method"), OPERATIONS, ids=str)
def test_every_answer_is_documented(
    schema: Any,
    credential: Credential,
    there: dict[str, str],
    path: str,
    method: str,
    mode: GenerationMode,
    examples: int,
) -> None:
    operation = schema[path][method.upper()]

    @settings(
        max_examples=examples,
        derandomize=True,
        database=None,
        deadline=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode))
    def send(case: Any) -> None:
        case.path_parameters = {**case.path_parameters, **there}
        response = case.call(**credential)
        case.validate_response(response, checks=CHECKS)

    try:
        send()
    except Unsatisfiable:
        assert mode is GenerationMode.NEGATIVE  # nothing can be wrong with an operation that takes nothing


def test_a_session_is_known_and_its_writes_need_csrf(schema: Any, application: PartnerApplication, alice: User) -> None:
    """Else the walk would be a stranger's."""
    operation = schema["/api/applications/{id}/validate"]["POST"]
    case = operation.Case(path_parameters={"id": str(application.pk)})
    session = session_of(alice)
    assert case.call(**session).status_code == 200
    assert case.call(cookies=session["cookies"]).status_code == 403
    assert case.call(headers=session["headers"]).status_code == 401
