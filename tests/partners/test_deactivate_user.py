"""Keeping a person out, at once."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from common.errors import ConflictError, ForbiddenError
from common.principal import SYSTEM
from partners.models import User
from partners.selectors import principal_of_staff
from partners.services.accounts import deactivate_user, reactivate_user
from tests.conftest import portal_principal


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user, backend="allauth.account.auth_backends.AuthenticationBackend")
    return client


def test_sessions_end_with_the_next_request(alice: User, dana: User) -> None:
    browser = signed_in(alice)
    assert browser.get("/keys").status_code == 200
    deactivate_user(user=alice, reason="Left the company", actor=principal_of_staff(dana))
    assert browser.get("/keys").status_code == 302
    assert browser.get("/api/keys").status_code == 401
    reactivate_user(user=alice, reason="Came back", actor=principal_of_staff(dana))
    assert signed_in(alice).get("/keys").status_code == 200


def test_it_is_audited_with_the_reason(alice: User, dana: User) -> None:
    deactivate_user(user=alice, reason="Left the company", actor=principal_of_staff(dana))
    event = alice.events.order_by("pgh_id").last()  # type: ignore[attr-defined]  # (pghistory's relation)
    assert event.is_active is False
    assert event.pgh_context.metadata["reason"] == "Left the company"
    assert event.pgh_context.metadata["principal"] == "dana@treaty.test"


def test_owners_cannot_and_nobody_closes_their_own(alice: User, bob: User, dana: User) -> None:
    with pytest.raises(ForbiddenError):
        deactivate_user(user=bob, reason="x", actor=portal_principal(alice))
    with pytest.raises(ConflictError):
        deactivate_user(user=dana, reason="x", actor=principal_of_staff(dana))
    assert User.objects.filter(is_active=True).count() == 3


def test_twice_changes_nothing(alice: User) -> None:
    deactivate_user(user=alice, reason="x", actor=SYSTEM)
    count = alice.events.count()  # type: ignore[attr-defined]  # (pghistory's relation)
    deactivate_user(user=alice, reason="y", actor=SYSTEM)
    assert alice.events.count() == count  # type: ignore[attr-defined]  # (pghistory's relation)


def test_staff_do_it_in_the_admin(alice: User, dana: User) -> None:
    browser = signed_in(dana)
    page = reverse("admin:partners_user_change", args=[alice.pk])
    assert "Deactivate…" in browser.get(page).content.decode()
    address = f"/admin/partners/user/{alice.pk}/deactivate/"
    assert "Reason, for the audit" in browser.get(address).content.decode()
    assert browser.post(address, {"reason": "Left"}).status_code == 302
    alice.refresh_from_db()
    assert not alice.is_active
    shown = browser.get(page).content.decode()
    assert "Reactivate…" in shown
    assert "Deactivate…" not in shown
