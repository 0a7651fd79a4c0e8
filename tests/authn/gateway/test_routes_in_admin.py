"""The table of routes in the admin: what it was is kept, with who changed it; a scope that is none is refused."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from authn.models import GatewayRoute
from partners.audit import AuditFilter, read_audit
from partners.models import User

LIST = "/admin/authn/gatewayroute/"
QUOTES = {"path_prefix": "/core/quotes", "read_scope": "read:policies", "write_scope": "", "active": "on"}


@pytest.fixture
def office(dana: User) -> Client:
    browser = Client()
    browser.force_login(dana)
    return browser


def history() -> list[tuple[str, str, list[tuple[str, str, str]]]]:
    rows: list[Any] = read_audit(AuditFilter(noun="authn.gatewayroute", actor="dana@treaty.test"))
    return [(row.actor, row.verb, [(c.field, c.before, c.after) for c in row.changes]) for row in reversed(rows)]


def test_every_version_of_a_route_is_kept_with_who_made_it(office: Client) -> None:
    office.post(f"{LIST}add/", QUOTES)
    route = GatewayRoute.objects.get(path_prefix="/core/quotes")
    office.post(f"{LIST}{route.pk}/change/", {**QUOTES, "write_scope": "write:policies"})
    office.post(f"{LIST}{route.pk}/delete/", {"post": "yes"})
    assert not GatewayRoute.objects.filter(pk=route.pk).exists()
    dana = "dana@treaty.test"
    assert history() == [
        (dana, "created", []),
        (dana, "changed", [("write scope", "", "write:policies")]),
        (dana, "deleted", []),
    ]


@pytest.mark.parametrize(
    ("field", "value"),
    [("read_scope", "read:everything"), ("path_prefix", "core/quotes"), ("path_prefix", "/core/../x")],
)
def test_what_would_open_nothing_is_refused(office: Client, field: str, value: str) -> None:
    before = GatewayRoute.objects.count()
    answer = office.post(f"{LIST}add/", {**QUOTES, field: value})
    assert answer.status_code == 200
    assert answer.context["adminform"].form.errors
    assert GatewayRoute.objects.count() == before
    assert history() == []
