"""Every route, walked by everyone who should not get through, and by those who should.

The expectation comes from the table of rights: a new route is walked the day it is added, and needs an entry there; one
that answers otherwise needs an entry in EXCEPTIONS that says why.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from common.scopes import ROLE_SCOPES
from partners.models import Partner, PartnerMember, User
from tests.conftest import ALL_SCOPES, make_key
from tests.contract.rights import ANYONE, RIGHTS, options
from tests.contract.world import (
    build_world,
    call,
    concrete,
    described,
    is_known,
    operations,
    rolled_back,
    snapshot,
    valid_body,
)

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]

# (method, path) -> caller -> status, where the rule does not hold.
EXCEPTIONS: dict[tuple[str, str], dict[str, int]] = {
    # Only a deleted partner is there to be restored.
    ("post", "/api/partners/{id}/restore"): {"staff": 404},
}
OPEN_TO_STRANGERS = {"/api/event-types"}


@pytest.fixture
def world(application: PartnerApplication) -> dict[str, str]:
    """Acme's objects."""
    return build_world(application)


def text_of(response: Any) -> str:
    content: bytes = b"".join(response.streaming_content) if response.streaming else response.content
    return content.decode()


def check_refused(
    client: APIClient, method: str, path: str, world: dict[str, str], status: int, *, valid: bool = False
) -> None:
    before = snapshot()
    response = call(client, method, path, world, valid=valid)
    assert response.status_code == status, response.content
    assert response["Content-Type"] == "application/problem+json"
    assert snapshot() == before


OPERATIONS = operations()
PATHS = sorted({path for _, path in OPERATIONS})
WRITES = [(method, path) for method, path in OPERATIONS if method != "get"]
walk = pytest.mark.parametrize(("method", "path"), OPERATIONS, ids=[f"{m.upper()} {p}" for m, p in OPERATIONS])


def test_the_document_says_what_is_asked() -> None:
    documented = {(method, path): described(method, path).get("x-required-scope", []) for method, path in OPERATIONS}
    assert documented == {operation: options(*operation) for operation in RIGHTS}


@walk
def test_callers_without_the_right_are_refused(
    api: Api, application: PartnerApplication, globex_key: str, world: dict[str, str], method: str, path: str
) -> None:
    with rolled_back():
        check_refused(api(), method, path, world, 401)
        check_refused(api("sk_" + "0" * 38), method, path, world, 401)
    with rolled_back():
        scopeless = api(make_key(application, scopes=frozenset()))
        if RIGHTS[method, path] == ANYONE:
            assert call(scopeless, method, path, world).status_code not in {401, 403, 500}
        else:
            check_refused(scopeless, method, path, world, 403)
    with rolled_back():
        check_stranger(api(globex_key), method, path, world)


def check_stranger(client: APIClient, method: str, path: str, world: dict[str, str]) -> None:
    """Another partner's key with every scope: nothing of Acme is there for it."""
    wanted = options(method, path)
    if wanted and not any(option in ALL_SCOPES for option in wanted):
        check_refused(client, method, path, world, 403)
    elif "{" in path:
        check_refused(client, method, path, world, 404, valid=True)
    elif method == "get" and path not in OPEN_TO_STRANGERS:
        response = call(client, method, path, world)
        text = text_of(response)
        assert response.status_code == 200, text
        assert not [one for one in world.values() if one in text]


@walk
def test_one_scope_is_enough_and_the_others_are_not(
    api: Api, application: PartnerApplication, world: dict[str, str], method: str, path: str
) -> None:
    wanted = options(method, path)
    others = api(make_key(application, scopes=ALL_SCOPES - set(wanted)))
    with rolled_back():
        if wanted:
            check_refused(others, method, path, world, 403)
        else:
            assert call(others, method, path, world).status_code not in {401, 403, 500}
    for option in ALL_SCOPES & set(wanted):
        with rolled_back():
            response = call(api(make_key(application, scopes=frozenset({option}))), method, path, world)
            assert response.status_code not in {401, 500}, (option, response.content)
            if response.status_code == 403:  # a key does nothing with one that may do more than itself
                assert response.json()["code"] == "scope_exceeds_credential"


@walk
def test_roles_do_what_they_may(api: Api, acme: Partner, world: dict[str, str], method: str, path: str) -> None:
    wanted = options(method, path)
    olive = User.objects.create_user("olive@acme.test", "correct horse battery", name="Olive Owner")
    PartnerMember.objects.create(partner=acme, user=olive, role="owner")
    user = User.objects.create_user("member@acme.test", "correct horse battery", name="Mel Member")
    member = PartnerMember.objects.create(partner=acme, user=user, role="owner")
    for role, scopes in ROLE_SCOPES.items():
        PartnerMember.objects.filter(pk=member.pk).update(role=role)
        may_read = method == "get" and any(option.startswith("manage:") for option in wanted)
        expected = EXCEPTIONS.get((method, path), {}).get(role)
        with rolled_back():
            if expected or not (not wanted or may_read or any(option in scopes for option in wanted)):
                check_refused(api(user), method, path, world, expected or 403)
                continue
            response = call(api(user), method, path, world)
            assert response.status_code not in {401, 500}, (role, response.content)
            if method == "get" and is_known(path, world):
                assert response.status_code == 200, (role, response.content)


@walk
def test_staff_get_everywhere(api: Api, dana: User, world: dict[str, str], method: str, path: str) -> None:
    with rolled_back():
        response = call(api(dana), method, path, world)
    assert response.status_code not in {401, 500}, response.content
    if is_known(path, world):
        expected = EXCEPTIONS.get((method, path), {}).get("staff")
        assert response.status_code == expected or response.status_code not in {403, 404}, response.content


@pytest.mark.parametrize(("method", "path"), WRITES, ids=[f"{m.upper()} {p}" for m, p in WRITES])
def test_what_nobody_reads_is_refused(api: Api, dana: User, world: dict[str, str], method: str, path: str) -> None:
    before = snapshot()
    response = getattr(api(dana), method)(concrete(path, world), {"zzColor": 1})

    assert snapshot() == before
    if response.status_code == 404:  # where the object is looked for first
        assert not is_known(path, world)
        return
    assert response.status_code == 400, response.content
    assert ("zzColor", "unknown_field") in {(row["field"], row["code"]) for row in response.json()["errors"]}


@pytest.mark.parametrize("path", PATHS)
def test_other_methods_are_405_and_a_trailing_slash_404(api: Api, dana: User, world: dict[str, str], path: str) -> None:
    assert api(dana).get(f"{concrete(path, world)}/").status_code == 404
    there = {method for method, other in OPERATIONS if other == path}
    for method in {"get", "post", "put", "patch", "delete"} - there:
        response = call(api(dana), method, path, world)
        assert response.status_code == 405, (method, response.content)
        assert {name.strip().lower() for name in response["Allow"].split(",")} >= there


@pytest.mark.parametrize("path", [path for path in PATHS if "{" in path])
def test_an_id_that_is_none_is_a_404(api: Api, dana: User, path: str) -> None:
    methods = [method for method, other in OPERATIONS if other == path]
    for key in ("nonsense", "0198c5e2-7c1b-7e6a-9d57-3f1a2b4c5d6e"):
        concrete_path = "/".join(key if part.startswith("{") else part for part in path.split("/"))
        for method in methods:
            body = valid_body(method, path) if method in {"post", "put", "patch"} else None
            response = getattr(api(dana), method)(concrete_path, body)
            assert response.status_code == 404, (method, key, response.content)
