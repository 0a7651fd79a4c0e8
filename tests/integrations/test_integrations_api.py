"""Integrations over REST."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from common.principal import SYSTEM
from events.models import PlatformEvent
from integrations.models import Integration
from integrations.services.integrations import create_integration
from partners.models import Partner, PartnerMember, User
from tests.conftest import make_application, make_key

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]


@pytest.fixture
def integration(application: PartnerApplication) -> Integration:
    """Acme's integration."""
    return create_integration(
        application=application,
        integration_name="Acme CRM",
        integration_type="crm",
        config={"api_token": "s3cret", "nestedKey": {"snake_key": 1}},
        actor=SYSTEM,
    )


def events() -> list[tuple[str, str]]:
    rows = PlatformEvent.objects.order_by("id").values_list("event_type__event_name", "payload")
    return [(name, payload["status"]) for name, payload in rows]


def test_create(api: Api, acme: Partner, application: PartnerApplication, acme_key: str) -> None:
    response = api(acme_key).post(
        "/api/integrations",
        {"appId": str(application.pk), "integrationName": "Acme CRM", "config": {"snake_key": {"a_b": 1}}},
    )

    row = Integration.objects.get()
    assert response.status_code == 201
    assert response["Location"] == f"/api/integrations/{row.pk}"
    assert response.json()["data"] == {
        "id": str(row.pk),
        "partnerId": str(acme.pk),
        "appId": str(application.pk),
        "integrationName": "Acme CRM",
        "integrationType": "webhook",
        "status": "active",
        "healthStatus": "unknown",
        "environment": "live",
        "config": {"snake_key": {"a_b": 1}},
        "createdAt": row.created_at.isoformat().replace("+00:00", "Z"),
        "updatedAt": row.updated_at.isoformat().replace("+00:00", "Z"),
    }
    assert events() == [("integration.connected", "active")]
    assert PlatformEvent.objects.get().partner_id == acme.pk


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"appId": str(uuid.UUID(int=1))}, "appId", "not_found"),
        ({"appId": "x"}, "appId", "invalid"),
        ({"appId": None}, "appId", "null"),
        ({"integrationName": " "}, "integrationName", "blank"),
        ({"integrationName": "x" * 101}, "integrationName", "max_length"),
        ({"integrationType": "fax"}, "integrationType", "invalid_choice"),
        ({"environment": "moon"}, "environment", "invalid_choice"),
        ({"environment": "test"}, "environment", "invalid"),
        ({"config": []}, "config", "not_a_dict"),
        ({"config": {"n": 2**60}}, "config.n", "unsafe_integer"),
        ({"status": "active"}, "status", "unknown_field"),
    ],
)
def test_a_bad_body_names_the_field(
    api: Api, application: PartnerApplication, acme_key: str, change: dict[str, Any], field: str, code: str
) -> None:
    body = {"appId": str(application.pk), "integrationName": "Acme CRM", **change}

    response = api(acme_key).post("/api/integrations", body)

    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [(field, code)]
    assert not Integration.objects.exists()


def test_the_application_has_a_second_name_in_requests(
    api: Api, application: PartnerApplication, acme_key: str
) -> None:
    key = str(application.pk)
    both = {"applicationId": key, "appId": str(uuid.UUID(int=1)), "integrationName": "Acme CRM"}

    response = api(acme_key).post("/api/integrations", both)
    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [("applicationId", "ambiguous")]

    response = api(acme_key).post("/api/integrations", {"applicationId": key, "integrationName": "Acme CRM"})
    assert (response.status_code, response.json()["data"]["appId"]) == (201, key)
    assert "applicationId" not in response.json()["data"]


def test_a_strangers_application_does_not_exist(api: Api, application: PartnerApplication, globex_key: str) -> None:
    response = api(globex_key).post("/api/integrations", {"appId": str(application.pk), "integrationName": "Mine now"})

    assert response.status_code == 400
    assert response.json()["errors"][0]["code"] == "not_found"
    assert not Integration.objects.exists()


def test_a_suspended_application_gets_none(api: Api, acme: Partner, dana: User) -> None:
    suspended = make_application(acme, status=PartnerApplication.Status.SUSPENDED)

    response = api(dana).post("/api/integrations", {"appId": str(suspended.pk), "integrationName": "Acme CRM"})

    assert (response.status_code, response.json()["code"]) == (409, "application_suspended")
    assert not Integration.objects.exists()


def test_patch_changes_what_it_names(api: Api, integration: Integration, acme_key: str) -> None:
    response = api(acme_key).patch(f"/api/integrations/{integration.pk}", {"integrationName": "Renamed"})

    integration.refresh_from_db()
    assert response.status_code == 200
    assert response.json()["data"]["integrationName"] == "Renamed"
    assert (integration.integration_type, integration.config["api_token"]) == ("crm", "s3cret")


def test_what_was_read_can_be_put_back(api: Api, integration: Integration, acme_key: str) -> None:
    path = f"/api/integrations/{integration.pk}"
    found = api(acme_key).get(path).json()["data"]
    names = ("appId", "partnerId", "integrationName", "integrationType", "environment", "config")
    body = {name: found[name] for name in names}

    response = api(acme_key).put(path, {**body, "integrationName": "Renamed"})
    assert (response.status_code, response.json()["data"]["integrationName"]) == (200, "Renamed")
    assert {name: response.json()["data"][name] for name in names} == {**body, "integrationName": "Renamed"}

    for name, value in {"appId": found["id"], "partnerId": found["id"], "environment": "test"}.items():
        response = api(acme_key).put(path, {**body, name: value})
        assert response.status_code == 400
        assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [(name, "fixed")]
    integration.refresh_from_db()
    assert (integration.integration_name, integration.environment) == ("Renamed", "live")


def test_put_replaces(api: Api, integration: Integration, acme_key: str) -> None:
    response = api(acme_key).put(f"/api/integrations/{integration.pk}", {"integrationName": "Renamed"})

    integration.refresh_from_db()
    assert response.status_code == 200
    assert (integration.integration_name, integration.integration_type, integration.config) == (
        "Renamed",
        "webhook",
        {},
    )


def test_put_needs_what_is_required(api: Api, integration: Integration, acme_key: str) -> None:
    response = api(acme_key).put(f"/api/integrations/{integration.pk}", {"config": {}})

    assert response.status_code == 400
    assert [(row["field"], row["code"]) for row in response.json()["errors"]] == [("integrationName", "required")]


def test_switching_off_and_on(api: Api, integration: Integration, acme_key: str) -> None:
    client = api(acme_key)
    off = client.post(f"/api/integrations/{integration.pk}/deactivate")
    again = client.post(f"/api/integrations/{integration.pk}/deactivate")
    on = client.post(f"/api/integrations/{integration.pk}/activate")

    assert (off.status_code, off.json()["data"]["status"]) == (200, "inactive")
    assert (again.status_code, again.json()["code"]) == (409, "inactive_to_inactive")
    assert (on.status_code, on.json()["data"]["status"]) == (200, "active")
    assert events() == [
        ("integration.connected", "active"),
        ("integration.disconnected", "inactive"),
        ("integration.connected", "active"),
    ]


def test_delete(api: Api, integration: Integration, acme_key: str) -> None:
    response = api(acme_key).delete(f"/api/integrations/{integration.pk}")

    assert (response.status_code, response.content) == (204, b"")
    assert not Integration.objects.exists()
    assert api(acme_key).delete(f"/api/integrations/{integration.pk}").status_code == 404


@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_a_stranger_finds_nothing(api: Api, integration: Integration, globex_key: str, method: str) -> None:
    body = {"integrationName": "Mine"} if method in {"put", "patch"} else None
    response = getattr(api(globex_key), method)(f"/api/integrations/{integration.pk}", body)

    assert response.status_code == 404
    integration.refresh_from_db()
    assert integration.integration_name == "Acme CRM"
    assert api(globex_key).get("/api/integrations").json()["data"] == []


def test_a_test_key_lives_in_the_sandbox(api: Api, application: PartnerApplication, integration: Integration) -> None:
    client = api(make_key(application, environment="test"))

    created = client.post("/api/integrations", {"appId": str(application.pk), "integrationName": "Sandbox"})

    assert created.json()["data"]["environment"] == "test"
    assert [row["integrationName"] for row in client.get("/api/integrations").json()["data"]] == ["Sandbox"]
    assert client.get(f"/api/integrations/{integration.pk}").status_code == 404


def test_a_viewer_sees_no_configuration(api: Api, acme: Partner, integration: Integration) -> None:
    user = User.objects.create_user("vera@acme.test", "correct horse battery", name="Vera Vance")
    PartnerMember.objects.create(partner=acme, user=user, role="viewer")

    response = api(user).get(f"/api/integrations/{integration.pk}")

    assert response.status_code == 200
    assert response.json()["data"]["config"] is None


def test_filters(
    api: Api, acme: Partner, application: PartnerApplication, integration: Integration, dana: User
) -> None:
    other = make_application(acme, "Other")
    second = create_integration(application=other, integration_name="Feed", environment="test", actor=SYSTEM)
    client = api(dana)

    def names(**query: Any) -> list[str]:
        return [row["integrationName"] for row in client.get("/api/integrations", query).json()["data"]]

    assert names(ordering="integrationName") == ["Acme CRM", "Feed"]
    assert names(ordering="-integrationName") == ["Feed", "Acme CRM"]
    assert names(appId=other.pk) == names(environment="test") == names(integrationType="webhook") == ["Feed"]
    assert names(status="inactive") == names(createdBefore=integration.created_at.isoformat()) == []
    assert names(createdAfter=second.created_at.isoformat()) == ["Feed"]


def test_configuration_is_ciphertext_in_the_database(integration: Integration) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT config FROM integrations_integration")
        raw = cursor.fetchone()[0]

    assert "s3cret" not in raw
    assert raw.startswith("test:")
