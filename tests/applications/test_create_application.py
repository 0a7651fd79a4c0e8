"""Creating, editing and deleting applications."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from applications.services.applications import create_application, delete_application, update_application
from applications.services.lifecycle import deprecate_application
from common.errors import ConflictError, ForbiddenError, InvalidError
from common.principal import Principal
from events.models import PlatformEvent
from partners.models import Partner, User
from tests.applications.helpers import events_of, status_of

Api = Callable[..., APIClient]


def test_a_draft(draft: PartnerApplication, acme: Partner) -> None:
    assert (draft.status, draft.partner, draft.permissions, draft.approved_permissions) == (
        "draft",
        acme,
        ["read:leads"],
        [],
    )
    event = PlatformEvent.objects.get(entity_id=str(draft.id))
    assert event.event_type.event_name == "application.created"
    assert event.partner_id == acme.id
    assert event.payload == {
        "id": str(draft.id),
        "appName": "Lead Router",
        "partnerId": str(acme.id),
        "status": "draft",
    }


@pytest.mark.parametrize(
    ("content", "field", "code"),
    [
        ({"app_name": "  "}, "app_name", "blank"),
        ({"app_name": "x" * 101}, "app_name", "max_length"),
        ({"permissions": ["read:everything"]}, "permissions", "unknown_scope"),
        ({"permission_purposes": {"read:nothing": "why"}}, "permission_purposes", "unknown_scope"),
        ({"permission_purposes": {"read:leads": 1}}, "permission_purposes", "invalid"),
        ({"privacy_policy_url": "javascript:alert(1)"}, "privacy_policy_url", "invalid_url"),
        ({"support_url": "https://"}, "support_url", "invalid_url"),
        ({"redirect_uris": [f"https://acme.test/{n}" for n in range(21)]}, "redirect_uris", "max_length"),
        ({"data_access": []}, None, None),
    ],
)
def test_bad_content(
    acme: Partner, as_alice: Principal, content: dict[str, Any], field: str | None, code: str | None
) -> None:
    values = {"app_name": "Lead Router", **content}
    if field is None:
        assert create_application(partner=acme, actor=as_alice, **values).data_access == {}
        return
    with pytest.raises(InvalidError) as refusal:
        create_application(partner=acme, actor=as_alice, **values)
    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert not PartnerApplication.objects.exists()


def test_names_are_unique_per_partner(draft: PartnerApplication, globex: Partner, as_alice: Principal) -> None:
    with pytest.raises(ConflictError) as refusal:
        create_application(partner=draft.partner, app_name="Lead  Router ", actor=as_alice)
    assert refusal.value.code == "application_name_taken"
    delete_application(application=draft, actor=as_alice)
    again = create_application(partner=draft.partner, app_name="Lead Router", actor=as_alice)
    assert again.pk != draft.pk


def test_a_stranger_creates_nothing_for_acme(acme: Partner, as_charlie: Principal) -> None:
    with pytest.raises(ForbiddenError):
        create_application(partner=acme, app_name="Trojan", actor=as_charlie)
    assert not PartnerApplication.objects.exists()


def test_a_suspended_partner_creates_nothing(acme: Partner, as_alice: Principal) -> None:
    acme.status = Partner.Status.SUSPENDED
    acme.save()
    with pytest.raises(ConflictError) as refusal:
        create_application(partner=acme, app_name="Late", actor=as_alice)
    assert refusal.value.code == "partner_not_active"


def test_update_names_what_changed(draft: PartnerApplication, as_alice: Principal) -> None:
    update_application(application=draft, description="Better.", permissions=["read:leads"] * 2, actor=as_alice)
    draft.refresh_from_db()
    assert (draft.description, draft.permissions) == ("Better.", ["read:leads"])
    event = PlatformEvent.objects.filter(event_type__event_name="application.updated").get()
    assert event.payload["changedFields"] == ["description", "permissions"]


def test_no_update_during_a_review(submitted: PartnerApplication, as_alice: Principal) -> None:
    with pytest.raises(ConflictError) as refusal:
        update_application(application=submitted, description="Sneaky.", actor=as_alice)
    assert refusal.value.code == "application_in_review"
    submitted.refresh_from_db()
    assert submitted.description == "Routes leads."


def test_status_is_no_content(draft: PartnerApplication, as_alice: Principal) -> None:
    with pytest.raises(InvalidError):
        update_application(application=draft, status="approved", actor=as_alice)
    assert status_of(draft) == "draft"


def test_a_live_application_is_not_deleted(approved: PartnerApplication, as_alice: Principal) -> None:
    with pytest.raises(ConflictError) as refusal:
        delete_application(application=approved, actor=as_alice)
    assert refusal.value.code == "application_in_use"
    assert PartnerApplication.objects.present().filter(pk=approved.pk).exists()


def test_a_stopped_one_is(approved: PartnerApplication, as_alice: Principal) -> None:
    today = timezone.now().date()
    deprecate_application(application=approved, sunset_date=today + timedelta(days=1), actor=as_alice)
    PartnerApplication.objects.update(sunset_date=today)
    delete_application(application=approved, actor=as_alice)
    assert not PartnerApplication.objects.present().exists()
    assert not approved.allows("live")
    assert not approved.allows("test")


def test_over_http(api: Api, bob: User, acme: Partner) -> None:
    body = {
        "appName": "Quote Mirror",
        "description": "Mirrors quotes.",
        "permissions": ["read:leads", "manage:webhooks"],
        "permissionPurposes": {"read:leads": "To mirror them."},
        "dataAccess": {"leads": {"retentionDays": 30}},
        "securityInfo": {"certifications": [{"name": "SOC 2", "expiresAt": "2030-01-01"}]},
        "privacyPolicyUrl": "https://acme.test/privacy",
        "supportUrl": "https://acme.test/support",
        "redirectUris": ["https://acme.test/cb"],
    }
    created = api(bob).post("/api/applications", body)
    assert created.status_code == 201
    data = created.json()["data"]
    assert created["Location"] == f"/api/applications/{data['id']}"
    assert {name: data[name] for name in body} == body
    assert (data["status"], data["partnerId"], data["approvedPermissions"]) == ("draft", str(acme.id), [])
    assert (data["liveVersion"], data["pendingVersion"], data["sunsetDate"]) == (None, None, None)

    replaced = api(bob).put(f"/api/applications/{data['id']}", {"appName": "Quote Mirror", "permissions": []})
    assert replaced.status_code == 200
    assert replaced.json()["data"]["description"] == ""
    patched = api(bob).patch(f"/api/applications/{data['id']}", {"supportUrl": "https://acme.test/help"})
    assert patched.json()["data"]["supportUrl"] == "https://acme.test/help"
    assert patched.json()["data"]["appName"] == "Quote Mirror"

    assert api(bob).delete(f"/api/applications/{data['id']}").status_code == 204
    assert api(bob).get(f"/api/applications/{data['id']}").status_code == 404


def test_what_was_read_can_be_put_back(api: Api, bob: User, globex: Partner) -> None:
    created = api(bob).post("/api/applications", {"appName": "Quote Mirror"}).json()["data"]
    body = {"partnerId": created["partnerId"], "appName": "Lead Mirror", "description": created["description"]}
    path = f"/api/applications/{created['id']}"

    replaced = api(bob).put(path, body)
    assert (replaced.status_code, replaced.json()["data"]["appName"]) == (200, "Lead Mirror")

    moved = api(bob).put(path, {**body, "partnerId": str(globex.id), "appName": "Moved"})
    assert moved.status_code == 400
    assert [(row["field"], row["code"]) for row in moved.json()["errors"]] == [("partnerId", "fixed")]
    assert PartnerApplication.objects.get().app_name == "Lead Mirror"


def test_refusals_over_http(api: Api, bob: User, globex: Partner, dana: User) -> None:
    unknown = api(bob).post("/api/applications", {"appName": "X", "permissions": ["read:everything"]})
    assert unknown.status_code == 400
    assert unknown.json()["errors"][0]["field"] == "permissions"
    missing = api(bob).post("/api/applications", {})
    assert missing.json()["errors"] == [{"field": "appName", "code": "required", "message": "This field is required."}]
    foreign = api(bob).post("/api/applications", {"appName": "X", "partnerId": str(globex.id)})
    assert (foreign.status_code, foreign.json()["errors"][0]["code"]) == (400, "not_found")
    unnamed = api(dana).post("/api/applications", {"appName": "X"})
    assert (unnamed.status_code, unnamed.json()["errors"][0]["field"]) == (400, "partnerId")
    status = api(bob).post("/api/applications", {"appName": "X", "status": "approved"})
    assert (status.status_code, status.json()["errors"][0]["code"]) == (400, "unknown_field")
    assert not PartnerApplication.objects.exists()
    assert api(dana).post("/api/applications", {"appName": "X", "partnerId": str(globex.id)}).status_code == 201


def test_a_stranger_sees_nothing(api: Api, draft: PartnerApplication, charlie: User, globex_key: str) -> None:
    path = f"/api/applications/{draft.id}"
    for client in (api(charlie), api(globex_key)):
        assert client.get(path).status_code == 404
        assert client.patch(path, {"description": "Mine."}).status_code == 404
        assert client.delete(path).status_code == 404
        assert client.post(f"{path}/submit").status_code == 404
        assert path.rsplit("/", 1)[1] not in str(client.get("/api/applications").json())
    assert status_of(draft) == "draft"
    assert events_of(draft) == ["application.created"]


def test_filters(api: Api, draft: PartnerApplication, approved: PartnerApplication, dana: User, bob: User) -> None:
    client = api(bob)

    def names(query: str) -> list[str]:
        return [row["appName"] for row in client.get(f"/api/applications?{query}").json()["data"]]

    other = client.post("/api/applications", {"appName": "Agent Book", "permissions": ["read:agents"]})
    assert other.status_code == 201
    assert names("status=approved") == ["Lead Router"]
    assert names("status=approved&status=draft&ordering=appName") == ["Agent Book", "Lead Router"]
    assert names("search=rOuTe") == ["Lead Router"]
    assert names("permission=read:agents") == ["Agent Book"]
    assert names("createdAfter=2099-01-01T00:00:00Z") == []
    assert names("createdBefore=2099-01-01T00:00:00Z&ordering=-appName") == ["Lead Router", "Agent Book"]
    assert client.get("/api/applications?status=asleep").status_code == 400
    assert client.get("/api/applications?colour=blue").status_code == 400
