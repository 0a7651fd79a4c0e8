"""A person's own data: their name and their address, and who hears of a change."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.test import Client

from common.errors import ForbiddenError, InvalidError
from common.principal import Principal
from partners.models import Partner, User
from partners.services.accounts import rename_user

Names = Callable[[], list[str]]
PASSWORD = "correct horse battery"


def sign_in(person: User) -> Client:
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)
    browser = Client()
    browser.post("/accounts/login/", {"login": person.email, "password": PASSWORD})
    return browser


def test_a_person_changes_their_name(alice: User, acme: Partner, published: Names, last_event: Any) -> None:
    browser = sign_in(alice)
    assert 'value="Alice Ames"' in browser.get("/profile").content.decode()
    page = browser.post("/profile", {"name": " Alice  Archer "}, follow=True).content.decode()
    assert "Name saved." in page
    alice.refresh_from_db()
    assert alice.name == "Alice  Archer"
    assert published() == ["user.updated"]
    assert last_event().partner_id == acme.id
    assert last_event().payload == {
        "id": str(alice.id),
        "email": "alice@acme.test",
        "name": "Alice  Archer",
        "role": "owner",
        "changedFields": ["name"],
    }
    event = alice.events.order_by("pgh_id").last()  # type: ignore[attr-defined]  # (pghistory's relation)
    assert event.pgh_context.metadata["principal"] == "alice@acme.test"
    browser.post("/profile", {"name": "Alice  Archer"})
    assert published() == ["user.updated"]


def test_somebody_without_a_partner_has_a_name_too(published: Names) -> None:
    person = User.objects.create_user("eve@new.test", PASSWORD)
    assert sign_in(person).post("/profile", {"name": "Eve"}).status_code == 302
    person.refresh_from_db()
    assert (person.name, published()) == ("Eve", [])


def test_whose_name_and_which(alice: User, owner: Principal, stranger: Principal, staff: Principal) -> None:
    with pytest.raises(ForbiddenError):
        rename_user(user=alice, name="Mallory", actor=stranger)
    for name in ("x" * 151, "a\0b"):
        with pytest.raises(InvalidError):
            rename_user(user=alice, name=name, actor=owner)
    alice.refresh_from_db()
    assert alice.name == "Alice Ames"
    assert rename_user(user=alice, name="", actor=staff).name == ""
    assert Client().get("/profile").status_code == 302


def test_another_address_is_announced(alice: User, published: Names, last_event: Any) -> None:
    browser = sign_in(alice)
    EmailAddress.objects.create(user=alice, email="alice@home.test", verified=True)
    browser.post("/accounts/email/", {"action_primary": "", "email": "alice@home.test"})
    alice.refresh_from_db()
    assert alice.email == "alice@home.test"
    assert published() == ["user.updated"]
    assert (last_event().payload["email"], last_event().payload["changedFields"]) == ("alice@home.test", ["email"])
