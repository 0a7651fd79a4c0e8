"""`Api-Version`: pinned by the first call, named by a request, and what clients of an earlier version see."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import connection
from pytest_django import DjangoAssertNumQueries, Settings
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.api.views import ApiKeyViewSet
from authn.services.oauth import create_client
from authn.services.oauth_principals import principal_of_token
from authn.services.principals import validate_api_key
from common.api.schema import TreatyAutoSchema
from common.api.versions import registry
from common.api.versions.change import Change
from common.api.versions.registry import CURRENT, VERSIONS, answer_before, body_now, problem_before, query_now
from common.api.versions.views import Ending
from common.principal import SYSTEM
from integrations.models import Integration
from integrations.services.integrations import create_integration
from partners.models import Partner, User
from tests.conftest import make_application

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
FIRST = "2026-10-01"
URL = "/api/integrations"


def old(client: APIClient) -> APIClient:
    """The same caller, whose every request names the first version."""
    client.defaults["HTTP_API_VERSION"] = FIRST
    return client


@pytest.fixture
def application(acme: Partner) -> PartnerApplication:
    """Acme's, which has not called yet."""
    return make_application(acme, api_version="")


@pytest.fixture
def integration(application: PartnerApplication) -> Integration:
    return create_integration(application=application, integration_name="Acme CRM", actor=SYSTEM)


# --- Which version ---


def test_the_first_call_pins_the_application(api: Api, application: PartnerApplication, acme_key: str) -> None:
    assert application.api_version == ""
    response = api(acme_key).get("/api/keys", headers={"Api-Version": FIRST})
    assert (response.status_code, response["Api-Version"]) == (200, FIRST)
    application.refresh_from_db()
    assert application.api_version == CURRENT == "2026-11-24"
    assert api(acme_key).get("/api/keys")["Api-Version"] == CURRENT


def test_a_token_pins_its_application(application: PartnerApplication, api: Api) -> None:
    issued = create_client(application=application, name="Sync", allowed_flows=["client_credentials"], actor=SYSTEM)
    form = {
        "grant_type": "client_credentials",
        "client_id": issued.client.client_id,
        "client_secret": issued.client_secret,
    }
    token = (
        api()
        .post("/api/oauth/token", urlencode(form), content_type="application/x-www-form-urlencoded")
        .json()["access_token"]
    )
    principal = principal_of_token(token)
    assert principal is not None
    assert principal.api_version == CURRENT
    application.refresh_from_db()
    assert application.api_version == CURRENT


def test_a_pinned_application_keeps_its_version(api: Api, application: PartnerApplication, acme_key: str) -> None:
    PartnerApplication.objects.update(api_version=FIRST)
    assert api(acme_key).get("/api/keys")["Api-Version"] == FIRST
    assert api(acme_key).get("/api/keys", headers={"Api-Version": CURRENT})["Api-Version"] == CURRENT
    application.refresh_from_db()
    assert application.api_version == FIRST


def test_a_version_that_is_gone_becomes_the_oldest_there_is(acme_key: str) -> None:
    PartnerApplication.objects.update(api_version="2020-01-01")
    principal = validate_api_key(acme_key)
    assert principal is not None
    assert principal.api_version == FIRST


def test_a_warm_key_reads_its_version_without_sql(
    api: Api, acme_key: str, settings: Settings, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    settings.CREDENTIAL_SNAPSHOT_SECONDS = 5.0
    PartnerApplication.objects.update(api_version=FIRST)
    for _ in range(2):
        api(acme_key).get("/api/nothing")
    with django_assert_num_queries(1):  # the list itself
        assert api(acme_key).get("/api/keys")["Api-Version"] == FIRST


@pytest.mark.parametrize("name", ["2026-10-02", "latest", "", "2026-11-24 ", "\u00e4"])
def test_there_is_no_such_version(api: Api, acme_key: str, name: str) -> None:
    response = api(acme_key).post(URL, {}, headers={"Api-Version": name})
    assert (response.status_code, response["Content-Type"]) == (400, "application/problem+json")
    (row,) = response.json()["errors"]
    assert (row["field"], row["code"]) == ("Api-Version", "unknown_version")
    assert f"{FIRST}, {CURRENT}" in row["message"]
    assert "Api-Version" not in response


def test_people_and_strangers_get_the_current_one(api: Api, alice: User) -> None:
    assert api(alice).get("/api/keys")["Api-Version"] == CURRENT
    refused = api().get("/api/keys")
    assert (refused.status_code, refused["Api-Version"]) == (401, CURRENT)


# --- Changing the pin ---


def test_a_partner_changes_the_pin(api: Api, application: PartnerApplication, acme_key: str) -> None:
    path = f"/api/applications/{application.pk}"
    response = api(acme_key).put(f"{path}/api-version", {"apiVersion": FIRST})
    assert (response.status_code, response.json()["data"]["apiVersion"]) == (200, FIRST)
    assert api(acme_key).get(path)["Api-Version"] == FIRST
    with connection.cursor() as cursor:
        cursor.execute("SELECT api_version FROM applications_partnerapplicationevent ORDER BY pgh_id DESC LIMIT 1")
        assert cursor.fetchone() == (FIRST,)


def test_not_to_a_version_there_is_not(api: Api, application: PartnerApplication, acme_key: str) -> None:
    response = api(acme_key).put(f"/api/applications/{application.pk}/api-version", {"apiVersion": "2026-10-02"})
    assert (response.status_code, response.json()["errors"][0]["field"]) == (400, "apiVersion")
    application.refresh_from_db()
    assert application.api_version == CURRENT


def test_a_stranger_changes_nothing(api: Api, application: PartnerApplication, globex_key: str) -> None:
    response = api(globex_key).put(f"/api/applications/{application.pk}/api-version", {"apiVersion": FIRST})
    assert response.status_code == 404
    application.refresh_from_db()
    assert application.api_version == ""


@pytest.mark.django_db(transaction=True)
def test_many_first_calls_pin_once(application: PartnerApplication, acme_key: str) -> None:
    def first_call(_: int) -> str:
        principal = validate_api_key(acme_key)
        connection.close()
        assert principal is not None
        return principal.api_version

    with ThreadPoolExecutor(4) as pool:
        assert set(pool.map(first_call, range(8))) == {CURRENT}


# --- What clients of the first version see ---


def test_the_first_version_says_application_id(
    api: Api, application: PartnerApplication, integration: Integration, acme_key: str
) -> None:
    key = str(application.pk)
    one = old(api(acme_key)).get(f"{URL}/{integration.pk}").json()["data"]
    assert (one["applicationId"], "appId" in one) == (key, False)
    assert list(one)[2] == "applicationId"
    listed = old(api(acme_key)).get(f"{URL}?applicationId={key}").json()
    assert [row["applicationId"] for row in listed["data"]] == [key]
    assert listed["pagination"]["limit"] == 50
    activated = old(api(acme_key)).post(f"{URL}/{integration.pk}/deactivate").json()["data"]
    assert (activated["applicationId"], activated["status"]) == (key, "inactive")


def test_it_creates_and_replaces_with_application_id(api: Api, application: PartnerApplication, acme_key: str) -> None:
    body = {"applicationId": str(application.pk), "integrationName": "Feed", "config": {"applicationId": "theirs"}}
    created = old(api(acme_key)).post(URL, body)
    assert created.status_code == 201
    shown = created.json()["data"]
    assert (shown["applicationId"], shown["config"]) == (body["applicationId"], {"applicationId": "theirs"})
    put = old(api(acme_key)).put(f"{URL}/{shown['id']}", {**body, "integrationName": "Feed 2"})
    assert (put.status_code, put.json()["data"]["integrationName"]) == (200, "Feed 2")


def test_its_problems_name_the_field_it_knows(api: Api, acme_key: str) -> None:
    response = old(api(acme_key)).post(URL, {"applicationId": "x", "integrationName": "Feed"})
    assert [row["field"] for row in response.json()["errors"]] == ["applicationId"]
    assert old(api(acme_key)).get(f"{URL}?applicationId=x").json()["errors"][0]["field"] == "applicationId"


def test_everyone_else_gets_the_contract(
    api: Api, application: PartnerApplication, integration: Integration, acme_key: str
) -> None:
    shown = api(acme_key).get(f"{URL}/{integration.pk}").json()["data"]
    assert (shown["appId"], "applicationId" in shown) == (str(application.pk), False)
    refused = api(acme_key).get(f"{URL}?applicationId={application.pk}")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (400, "unknown_parameter")
    untouched = old(api(acme_key)).get("/api/keys").json()["data"][0]
    assert untouched["appId"] == str(application.pk)


def test_a_repeated_request_gets_its_answer_in_its_version_alone(
    api: Api, application: PartnerApplication, acme_key: str
) -> None:
    body = {"appId": str(application.pk), "integrationName": "Feed"}
    send = [
        client.post(URL, body, headers={"Idempotency-Key": "one"})
        for client in (old(api(acme_key)), old(api(acme_key)), api(acme_key))
    ]
    assert [response.status_code for response in send] == [201, 201, 422]
    assert send[1].json() == send[0].json()
    assert send[1]["Api-Version"] == FIRST
    assert Integration.objects.count() == 1


# --- What will end ---


def test_a_deprecated_version_says_so(api: Api, acme_key: str) -> None:
    response = old(api(acme_key)).get("/api/keys")
    assert response["Deprecation"] == "@1795478400"
    assert response["Sunset"] == "Wed, 24 Nov 2027 00:00:00 GMT"
    assert response["Link"] == '</api/docs#versions>; rel="deprecation"; type="text/html"'
    assert "Deprecation" not in api(acme_key).get("/api/keys")


def test_a_deprecated_operation_says_so(api: Api, acme_key: str, monkeypatch: pytest.MonkeyPatch) -> None:
    ending = Ending(deprecated=date(2026, 11, 24), sunset=date(2027, 6, 1))
    monkeypatch.setattr(ApiKeyViewSet, "endings", {"list": ending})
    response = api(acme_key).get("/api/keys")
    assert (response["Api-Version"], response["Sunset"]) == (CURRENT, "Tue, 01 Jun 2027 00:00:00 GMT")
    assert old(api(acme_key)).get("/api/keys")["Sunset"] == "Tue, 01 Jun 2027 00:00:00 GMT"
    assert "Sunset" not in api(acme_key).options("/api/keys")
    described = TreatyAutoSchema()
    for action, expected in (("list", True), ("create", False)):
        described.view = ApiKeyViewSet(action=action)
        assert described.is_deprecated() is expected


# --- The registry ---


def test_versions_are_in_order_and_earlier_ones_have_an_end() -> None:
    names = [version.name for version in VERSIONS]
    assert names == sorted(names)
    assert all(re.fullmatch(r"\d{4}-\d{2}-\d{2}", name) for name in names)
    for version, later in itertools.pairwise(VERSIONS):
        assert version.deprecated is not None
        assert version.sunset is not None
        assert (version.sunset - date.fromisoformat(later.name)).days >= 365
    assert VERSIONS[-1].deprecated is None


def test_changes_are_taken_one_after_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    paths = re.compile("/api/things")
    split = Change(
        "Names in two",
        "",
        paths,
        request=lambda body: {"first": body["name"].split()[0], "last": body["name"].split()[1]},
        response=lambda shown: {"name": f"{shown['first']} {shown['last']}"},
    )
    third = registry.Version("2026-12-31", (Change("Given names", "", paths, names={"first": "given"}),))
    versions = (registry.Version("2026-10-01"), registry.Version("2026-11-24", (split,)), third)
    monkeypatch.setattr(registry, "VERSIONS", versions)
    monkeypatch.setattr(registry, "CURRENT", third.name)
    at: dict[str, Any] = {"path": "/api/things"}
    now = {"given": "Ada", "last": "King"}
    assert body_now({"name": "Ada King"}, version="2026-10-01", **at) == now
    assert body_now({"first": "Ada", "last": "King"}, version="2026-11-24", **at) == now
    assert answer_before([now], version="2026-10-01", **at) == [{"name": "Ada King"}]
    assert answer_before(now, version="2026-11-24", **at) == {"first": "Ada", "last": "King"}
    assert query_now({"first": "x", "last": "y"}, version="2026-11-24", **at) == {"first": "given"}
    problem = {"errors": [{"field": "given", "code": "required"}]}
    assert problem_before(problem, version="2026-11-24", **at)["errors"][0]["field"] == "first"
    for unchanged in (body_now, answer_before):
        assert unchanged(now, version=third.name, **at) == unchanged(now, version="2026-10-01", path="/api/else") == now
