"""Signing in and moving about, with the keyboard where that matters."""

from __future__ import annotations

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect

from partners.models import Partner, PartnerMember, User
from tests.conftest import make_partner
from tests.e2e.conftest import PHONE, OpenPage

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def theme_of(page: Page) -> str | None:
    theme: str | None = page.evaluate("document.documentElement.dataset.theme ?? null")
    return theme


def test_signing_in_with_the_keyboard(open_page: OpenPage, alice: User) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    page = open_page("/")
    expect(page).to_have_title("Sign in · Treaty")
    page.get_by_label("Email").focus()
    page.keyboard.type("alice@acme.test")
    page.get_by_label("Password").focus()
    page.keyboard.type("correct horse battery")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme Insurance Tech")


def test_a_wrong_password_says_so(open_page: OpenPage, alice: User) -> None:
    page = open_page("/accounts/login/")
    page.get_by_label("Email").fill("alice@acme.test")
    page.get_by_label("Password").fill("incorrect horse")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("not correct")


def test_the_first_tab_stop_skips_to_the_content(open_page: OpenPage, alice: User) -> None:
    page = open_page("/", user=alice)
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to content")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#main")).to_be_focused()


def test_the_theme_is_kept(open_page: OpenPage, alice: User) -> None:
    page = open_page("/", user=alice, color_scheme="light")
    assert theme_of(page) is None
    page.get_by_role("button", name="Your account").click()
    page.get_by_role("button", name="Dark").click()
    assert theme_of(page) == "dark"
    page.reload()
    assert theme_of(page) == "dark"
    page.get_by_role("button", name="Your account").click()
    expect(page.get_by_role("button", name="Dark")).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Match the system").click()
    page.reload()
    assert theme_of(page) is None


def test_the_account_menu_answers_to_arrow_keys_and_escape(open_page: OpenPage, alice: User) -> None:
    page = open_page("/", user=alice)
    button = page.get_by_role("button", name="Your account")
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Email addresses")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("link", name="Password")).to_be_focused()
    page.keyboard.press("Escape")
    expect(button).to_be_focused()


def test_the_menu_is_a_drawer_on_a_phone(open_page: OpenPage, alice: User) -> None:
    page = open_page("/", user=alice, viewport=PHONE)
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()
    page.get_by_role("button", name="Open menu").click()
    expect(page.get_by_role("navigation", name="Main")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("navigation", name="Main")).to_be_hidden()


def test_switching_to_another_partner(open_page: OpenPage, alice: User, acme: Partner) -> None:
    initech = make_partner("Initech Verification")
    PartnerMember.objects.create(partner=initech, user=alice, role="viewer")
    page = open_page("/", user=alice)
    page.get_by_role("button", name="Partner: Acme Insurance Tech").click()
    page.get_by_role("button", name="Initech Verification").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Initech Verification")
    page.reload()
    expect(page.get_by_role("heading", level=1)).to_have_text("Initech Verification")


def test_someone_without_a_partner_is_told_what_to_do(open_page: OpenPage, db: None) -> None:
    page = open_page("/", user=User.objects.create_user("eve@nowhere.test", "correct horse battery"))
    expect(page.get_by_role("heading", level=1)).to_have_text("You do not belong to a partner yet")
