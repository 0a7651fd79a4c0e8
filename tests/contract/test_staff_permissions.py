"""Staff do over the API what their Django permissions allow them, which are those the admin asks for.

The permission is the one each operation documents (`x-staff-permission`): a new route is walked the day it is added.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.db.models import QuerySet
from django.test import RequestFactory
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from applications.services.applications import create_application
from applications.services.review import submit_application
from common.principal import SYSTEM
from config.environment import ROOT
from partners.models import Partner, User
from tests.conftest import make_application, make_key
from tests.contract.world import build_world, call, described, is_known, operations, rolled_back, snapshot

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
OPERATIONS = operations()
OPEN_TO_STAFF = {"/api/event-types"}
# What the admin does, too: operation -> the model whose page has it, and its action there.
TWINS = {
    ("post", "/api/partners/{id}/activate"): ("partners.Partner", "activate"),
    ("post", "/api/partners/{id}/suspend"): ("partners.Partner", "suspend"),
    ("post", "/api/partners/{id}/restore"): ("partners.Partner", "restore"),
    ("delete", "/api/partners/{id}"): ("partners.Partner", "close"),
    ("patch", "/api/partners/{id}"): ("partners.Partner", "change_tier"),
    ("post", "/api/partners/{partner_id}/verification/{key}/accept"): ("partners.VerificationItem", "accept"),
    ("post", "/api/partners/{partner_id}/verification/{key}/reject"): ("partners.VerificationItem", "reject"),
    ("get", "/api/partners/{partner_id}/agreements/{id}/document"): ("partners.PartnerAgreement", "pdf"),
    ("put", "/api/applications/{id}/approve"): ("applications.ApplicationVersion", "approve_selected"),
    ("put", "/api/applications/{id}/reject"): ("applications.ApplicationVersion", "approve_selected"),
    ("post", "/api/applications/{id}/request-changes"): ("applications.ApplicationVersion", "approve_selected"),
    ("post", "/api/applications/{id}/comments"): ("applications.ApplicationVersion", "approve_selected"),
    ("post", "/api/applications/{id}/suspend"): ("applications.PartnerApplication", "suspend"),
    ("post", "/api/applications/{id}/resume"): ("applications.PartnerApplication", "resume"),
    ("delete", "/api/keys/{id}"): ("authn.ApiKey", "revoke_selected"),
    ("delete", "/api/oauth/clients/{id}"): ("authn.OAuthClient", "revoke_selected"),
    ("post", "/api/integrations/{id}/activate"): ("integrations.Integration", "activate"),
    ("post", "/api/integrations/{id}/deactivate"): ("integrations.Integration", "deactivate"),
    ("patch", "/api/webhooks/{id}"): ("webhooks.WebhookEndpoint", "switch_off"),
    ("post", "/api/webhooks/{id}/verify"): ("webhooks.WebhookEndpoint", "verify"),
    ("post", "/api/webhooks/{webhook_id}/deliveries/{id}/retry"): ("webhooks.WebhookDelivery", "retry"),
}
walk = pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m.upper()} {p}" for m, p in OPERATIONS])


@pytest.fixture
def world(application: PartnerApplication) -> dict[str, str]:
    """Acme's objects."""
    return build_world(application)


@pytest.fixture
def clerk(db: None) -> User:
    """Staff without any permission."""
    return User.objects.create_user("clerk@treaty.test", "correct horse battery", name="Clara Clerk", is_staff=True)


def named(permission: str) -> Permission:
    """By `app.codename`."""
    app, codename = permission.split(".")
    return Permission.objects.get(content_type__app_label=app, codename=codename)


def enough(permission: str) -> list[Permission]:
    """Those of which one will do: who may change something may see it."""
    return [named(one) for one in sorted({permission, permission.replace(".view_", ".change_")})]


def all_but(permission: str) -> QuerySet[Permission]:
    """Every other one."""
    return Permission.objects.exclude(pk__in=[one.pk for one in enough(permission)])


def needed(method: str, path: str) -> str:
    return str(described(method, path).get("x-staff-permission", ""))


def check_refused(client: APIClient, method: str, path: str, world: dict[str, str], permission: str) -> None:
    before = snapshot()
    response = call(client, method, path, world)
    problem = response.json()
    assert (response.status_code, problem["code"]) == (403, "permission_missing"), response.content
    assert problem["detail"] == f"This needs the permission {permission}."
    assert response["Content-Type"] == "application/problem+json"
    assert snapshot() == before


def check_allowed(client: APIClient, method: str, path: str, world: dict[str, str]) -> None:
    """What an empty body makes of it is another matter."""
    response = call(client, method, path, world)
    assert response.status_code not in {401, 403, 500}, response.content
    if method == "get" and is_known(path, world):
        assert response.status_code == 200, response.content


def test_every_operation_asks_staff_for_a_permission() -> None:
    assert {path for method, path in OPERATIONS if not needed(method, path)} == OPEN_TO_STAFF


@walk
def test_staff_need_the_permission_and_no_other(
    api: Api, clerk: User, world: dict[str, str], method: str, path: str
) -> None:
    permission = needed(method, path)
    client = api(clerk)
    if not permission:
        check_allowed(client, method, path, world)
        return
    others = [Permission.objects.none(), all_but(permission)]
    if method != "get":
        others.append(Permission.objects.filter(codename__startswith="view_"))
    for given in others:
        clerk.user_permissions.set(given)
        check_refused(client, method, path, world, permission)
    for one in enough(permission):
        clerk.user_permissions.set([one])
        with rolled_back():
            check_allowed(client, method, path, world)


@pytest.fixture
def waiting(acme: Partner) -> PartnerApplication:
    """Waits for its one reviewer."""
    content = {"app_name": "Lead Router", "description": "Routes leads.", "permissions": ["read:leads"]}
    return submit_application(
        application=create_application(partner=acme, actor=SYSTEM, **content),  # type: ignore[arg-type]  # (texts and a list)
        actor=SYSTEM,
    )


def attempts(world: dict[str, str], waiting: PartnerApplication) -> list[tuple[str, str, str, dict[str, Any] | None]]:
    """(permission, method, path, body) of what would work for a superuser."""
    event = {"event": "lead.created", "entityType": "lead", "entityId": "lead_2", "payload": {"id": "lead_2"}}
    partner = world["/api/partners"]
    return [
        ("applications.change_applicationversion", "put", f"/api/applications/{waiting.pk}/approve", {}),
        ("authn.add_apikey", "post", "/api/keys", {"appId": world["/api/applications"], "scopes": ["read:leads"]}),
        ("authn.change_apikey", "delete", f"/api/keys/{world['/api/keys']}", None),
        ("events.add_platformevent", "post", "/api/events", event),
        ("integrations.change_integration", "post", f"/api/integrations/{world['/api/integrations']}/deactivate", {}),
        ("partners.change_partner", "patch", f"/api/partners/{partner}", {"tier": "basic"}),
        ("partners.change_partner", "post", f"/api/partners/{partner}/suspend", {"reason": "Chargebacks"}),
    ]


def test_each_action_works_with_its_permission_alone(
    api: Api, clerk: User, world: dict[str, str], waiting: PartnerApplication
) -> None:
    for permission, method, path, body in attempts(world, waiting):
        clerk.user_permissions.clear()
        before = snapshot()
        refused = getattr(api(clerk), method)(path, body)
        assert (refused.status_code, refused.json()["code"]) == (403, "permission_missing"), path
        assert snapshot() == before
        clerk.user_permissions.set([named(permission)])
        with rolled_back():
            assert getattr(api(clerk), method)(path, body).status_code in {200, 201, 204}, path
            assert snapshot() != before


def test_a_key_with_the_scope_admin_and_a_superuser_do_it_all(
    api: Api, dana: User, globex: Partner, world: dict[str, str], waiting: PartnerApplication
) -> None:
    for caller in (make_key(make_application(globex), scopes=frozenset({"admin"})), dana):
        for _, method, path, body in attempts(world, waiting):
            with rolled_back():
                assert getattr(api(caller), method)(path, body).status_code in {200, 201, 204}, path


def test_the_core_platform_still_publishes(api: Api, service_key: str, world: dict[str, str]) -> None:
    event = {"event": "lead.created", "entityType": "lead", "entityId": "lead_2", "payload": {"id": "lead_2"}}
    assert api(service_key).post("/api/events", event).status_code == 201


def test_the_guide_names_permissions_that_exist() -> None:
    guide = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
    names = re.findall(r"`([a-z]+\.(?:view|add|change|delete)_[a-z]+)`", guide)
    assert "applications.change_applicationversion" in names
    for name in names:
        named(name)


def is_offered(page: Any, action: Any, user: User) -> bool:
    """Whether the admin lets this person take an action of a page."""
    request = RequestFactory().get("/admin/")
    request.user = user
    return all(getattr(page, f"has_{name}_permission")(request) for name in action.allowed_permissions)


@pytest.mark.parametrize("operation", TWINS, ids=" ".join)
def test_the_admin_asks_for_the_same(clerk: User, operation: tuple[str, str]) -> None:
    label, name = TWINS[operation]
    page = admin.site.get_model_admin(apps.get_model(label))
    permission = needed(*operation)
    for given, allowed in (([named(permission)], True), (all_but(permission), False)):
        clerk.user_permissions.set(given)
        assert is_offered(page, getattr(page, name), User.objects.get(pk=clerk.pk)) is allowed


def actions_of(page: Any) -> set[str]:
    """Everything that can be pressed on the pages of one model, but Django's own."""
    kinds = ("actions", "actions_list", "actions_detail", "actions_row", "actions_submit_line")
    return {name for kind in kinds for name in getattr(page, kind, None) or ()}


def test_every_action_of_the_admin_names_a_permission() -> None:
    for model, page in admin.site._registry.items():  # noqa: SLF001 (the only list of what is registered)
        for name in actions_of(page):
            assert getattr(getattr(page, name), "allowed_permissions", ()), f"{model._meta.label}: {name}"


def test_a_group_s_permission_holds_until_it_is_taken_away(api: Api, clerk: User, acme: Partner) -> None:
    reviewers = Group.objects.create(name="Desk")
    reviewers.permissions.add(named("partners.view_partner"))
    clerk.groups.add(reviewers)
    client = api(clerk)
    assert [row["id"] for row in client.get("/api/partners").json()["data"]] == [str(acme.pk)]
    clerk.groups.clear()
    assert client.get("/api/partners").status_code == 403


def counted(client: APIClient, path: str) -> list[str]:
    """The statements of a request."""
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return [query["sql"] for query in captured.captured_queries]


def test_permissions_cost_two_queries_and_only_of_staff_who_need_them(
    api: Api, clerk: User, dana: User, acme: Partner, acme_key: str
) -> None:
    path = f"/api/partners/{acme.pk}"
    clerk.user_permissions.add(named("partners.view_partner"))
    for caller in (clerk, dana, acme_key):
        api(caller).get(path)  # whatever is read once per process
    asked = {name: counted(api(caller), path) for name, caller in (("clerk", clerk), ("dana", dana), ("key", acme_key))}
    assert len(asked["clerk"]) == len(asked["dana"]) + 2
    assert not [sql for name in ("dana", "key") for sql in asked[name] if "auth_permission" in sql]
