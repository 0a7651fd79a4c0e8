"""Activate, suspend, resume, deactivate, delete, restore: one table of transitions."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from common.errors import ConflictError, ForbiddenError, TransitionError
from common.principal import SYSTEM, Principal
from common.revocation import listeners
from partners.models import Partner, PartnerMember, User
from partners.services import partners as services
from tests.conftest import make_partner

Api = Callable[..., APIClient]
Names = Callable[[], list[str]]

VERBS: dict[str, Callable[[Partner], object]] = {
    "active": lambda partner: services.activate_partner(partner=partner, actor=SYSTEM),
    "suspended": lambda partner: services.suspend_partner(partner=partner, reason="Fraud", actor=SYSTEM),
    "inactive": lambda partner: services.deactivate_partner(partner=partner, actor=SYSTEM),
}


@pytest.mark.parametrize("current", Partner.Status.values)
@pytest.mark.parametrize("target", VERBS)
def test_transition_table(db: None, current: str, target: str, published: Names) -> None:
    partner = make_partner("Initech", status=current)
    if target in services.TRANSITIONS[current]:
        VERBS[target](partner)
        partner.refresh_from_db()
        assert partner.status == target
        assert len(published()) == 1
    else:
        with pytest.raises(TransitionError) as caught:
            VERBS[target](partner)
        assert caught.value.code == f"{current}_to_{target}"
        partner.refresh_from_db()
        assert partner.status == current
        assert published() == []


def test_activate(api: Api, dana: User, published: Names) -> None:
    partner = make_partner("Initech", status="pending", tier="basic")
    response = api(dana).post(f"/api/partners/{partner.id}/activate")
    assert (response.status_code, response.json()["data"]["status"]) == (200, "active")
    partner.refresh_from_db()
    assert partner.activated_at is not None
    assert published() == ["partner.activated"]
    again = api(dana).post(f"/api/partners/{partner.id}/activate")
    assert (again.status_code, again.json()["code"]) == (409, "active_to_active")
    assert published() == ["partner.activated"]


def test_suspension_stops_the_key_at_once_and_resuming_restores_it(
    api: Api, dana: User, acme: Partner, acme_key: str, published: Names, last_event: Any
) -> None:
    assert api(acme_key).get(f"/api/partners/{acme.id}").status_code == 200
    response = api(dana).post(f"/api/partners/{acme.id}/suspend", {"reason": "Chargebacks"})
    data = response.json()["data"]
    assert (response.status_code, data["status"], data["suspensionReason"]) == (200, "suspended", "Chargebacks")
    assert data["suspendedAt"] is not None
    assert last_event().payload["reason"] == "Chargebacks"
    refused = api(acme_key).get(f"/api/partners/{acme.id}")
    assert (refused.status_code, refused.json()["code"]) == (401, "invalid_credential")
    assert api(dana).post(f"/api/partners/{acme.id}/activate").status_code == 200
    data = api(acme_key).get(f"/api/partners/{acme.id}").json()["data"]
    assert (data["status"], data["suspensionReason"], data["suspendedAt"]) == ("active", "", None)
    assert published() == ["partner.suspended", "partner.activated"]


def test_credential_caches_are_told(
    acme: Partner, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[object] = []
    monkeypatch.setattr("common.revocation.listeners", [*listeners, lambda partner, _application: told.append(partner)])
    with django_capture_on_commit_callbacks(execute=True):
        services.suspend_partner(partner=acme, reason="Fraud", actor=SYSTEM)
    with django_capture_on_commit_callbacks(execute=True):
        services.resume_partner(partner=acme, actor=SYSTEM)
    with django_capture_on_commit_callbacks(execute=True):
        services.update_partner(partner=acme, tier="basic", actor=SYSTEM)
    assert told == [acme.id] * 3


def test_resuming_a_partner_suspended_while_pending(db: None) -> None:
    partner = make_partner("Initech", status="pending")
    services.suspend_partner(partner=partner, reason="Odd documents", actor=SYSTEM)
    assert services.resume_partner(partner=partner, actor=SYSTEM).status == "pending"
    with pytest.raises(TransitionError):
        services.resume_partner(partner=partner, actor=SYSTEM)


@pytest.mark.parametrize("body", [{}, {"reason": ""}, {"reason": "   "}, {"reason": "x" * 2001}, {"reason": None}])
def test_suspending_needs_a_reason(api: Api, dana: User, acme: Partner, body: dict[str, Any]) -> None:
    response = api(dana).post(f"/api/partners/{acme.id}/suspend", body)
    assert response.status_code == 400
    assert response.json()["errors"][0]["field"] == "reason"
    acme.refresh_from_db()
    assert acme.status == "active"


@pytest.mark.parametrize("verb", ["activate", "suspend", "restore"])
def test_only_staff(api: Api, alice: User, acme_key: str, service_key: str, acme: Partner, verb: str) -> None:
    for caller in (alice, acme_key, service_key):
        assert api(caller).post(f"/api/partners/{acme.id}/{verb}", {"reason": "x"}).status_code == 403
    acme.refresh_from_db()
    assert acme.status == "active"


def test_services_refuse_others_too(acme: Partner, owner: Principal) -> None:
    for verb in (
        services.activate_partner,
        services.deactivate_partner,
        services.resume_partner,
        services.delete_partner,
    ):
        with pytest.raises(ForbiddenError):
            verb(partner=acme, actor=owner)
    with pytest.raises(ForbiddenError):
        services.suspend_partner(partner=acme, reason="x", actor=owner)


def test_delete_and_restore(api: Api, dana: User, acme: Partner, alice: User, published: Names) -> None:
    assert api(dana).delete(f"/api/partners/{acme.id}").status_code == 204
    assert api(dana).get(f"/api/partners/{acme.id}").status_code == 404
    assert api(dana).delete(f"/api/partners/{acme.id}").status_code == 404
    acme.refresh_from_db()
    assert (acme.status, acme.deleted_at is not None) == ("inactive", True)
    assert PartnerMember.objects.filter(partner=acme).count() == 1
    response = api(dana).post(f"/api/partners/{acme.id}/restore")
    assert (response.status_code, response.json()["data"]["status"]) == (200, "inactive")
    assert api(dana).post(f"/api/partners/{acme.id}/restore").status_code == 404
    assert published() == ["partner.deleted", "partner.updated"]


def test_delete_names_what_hangs_on_it(
    api: Api, dana: User, acme: Partner, application: PartnerApplication, acme_key: str, published: Names
) -> None:
    response = api(dana).delete(f"/api/partners/{acme.id}")
    assert (response.status_code, response.json()["code"]) == (409, "partner_in_use")
    assert "API keys, partner applications" in response.json()["detail"]
    acme.refresh_from_db()
    assert (acme.status, acme.deleted_at) == ("active", None)
    assert published() == []


def test_a_deleted_partner_changes_no_more(acme: Partner) -> None:
    services.delete_partner(partner=acme, actor=SYSTEM)
    for verb in (services.activate_partner, services.delete_partner):
        with pytest.raises(ConflictError, match="is deleted"):
            verb(partner=acme, actor=SYSTEM)
    assert not Partner.objects.get().allows("test")


def test_two_admins_at_once(transactional_db: None, published: Names) -> None:
    """One of two simultaneous activations wins; the other is told, and one event is published."""
    partner = make_partner("Initech", status="pending", tier="basic")
    barrier = threading.Barrier(2)
    outcomes: list[str] = []

    def activate() -> None:
        barrier.wait()
        try:
            services.activate_partner(partner=partner, actor=SYSTEM)
            outcomes.append("done")
        except TransitionError as error:
            outcomes.append(error.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=activate) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["active_to_active", "done"]
    assert published() == ["partner.activated"]
