"""Signing in: passwords that are refused, a lock after bad guesses, and a person's own sessions."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.core.cache import cache
from django.test import Client

from partners.models import User

pytestmark = pytest.mark.django_db
LOGIN = "/accounts/login/"
PASSWORD = "correct horse battery"


@pytest.fixture(autouse=True)
def _no_guesses_yet() -> None:
    cache.clear()


@pytest.fixture
def verified(alice: User) -> User:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    return alice


def sign_in(person: User, password: str = PASSWORD) -> Client:
    browser = Client()
    browser.post(LOGIN, {"login": person.email, "password": password})
    return browser


def is_signed_in(browser: Client) -> bool:
    return "_auth_user_id" in browser.session


@pytest.mark.parametrize("password", ["short horse", "123456789012345", "qwerty123456", "eve@initech.test"])
def test_weak_passwords_are_refused(client: Client, password: str) -> None:
    form = {"email": "eve@initech.test", "password1": password, "password2": password}
    answer = client.post("/accounts/signup/", form)
    assert answer.status_code == 200
    assert answer.context["form"].errors["password1"]
    assert not User.objects.exists()


def test_guessing_locks_the_account_out_for_a_while(verified: User, bob: User) -> None:
    EmailAddress.objects.create(user=bob, email=bob.email, verified=True, primary=True)
    for number in range(5):
        assert not is_signed_in(sign_in(verified, f"guess {number}"))
    # Now the right one is refused too, and only for the account that was guessed at.
    assert not is_signed_in(sign_in(verified))
    assert is_signed_in(sign_in(bob))
    cache.clear()
    assert is_signed_in(sign_in(verified))


def test_a_person_sees_and_ends_their_other_sessions(verified: User) -> None:
    laptop, phone = sign_in(verified), sign_in(verified)
    assert phone.get("/").status_code == 200
    page = laptop.get("/accounts/sessions/").content.decode()
    assert page.count("127.0.0.1") >= 2
    laptop.post("/accounts/sessions/")
    assert laptop.get("/").status_code == 200
    assert phone.get("/").status_code == 302
    assert UserSession.objects.filter(user=verified).count() == 1
