"""The admin in a real browser: Unfold needs a looser policy, and must not need more than that."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import expect

from partners.models import User
from tests.e2e.conftest import OpenPage
from tests.e2e.world import build_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_every_list_of_the_admin_opens(open_page: OpenPage, dana: User, shots: Path | None) -> None:
    build_world()
    page = open_page("/admin/", user=dana)
    expect(page.get_by_text("Applications to review")).to_be_visible()
    if shots:
        page.screenshot(path=shots / "admin-light.png")
    lists = page.eval_on_selector_all("#nav-sidebar a[href*='/admin/']", "all => all.map(a => a.getAttribute('href'))")
    for path in {path for path in lists if path.count("/") == 4}:
        answer = page.goto(path)
        assert answer is not None
        assert answer.ok, path
        if shots:
            page.screenshot(path=shots / f"{path.strip('/').replace('/', '-')}-light.png")


def test_staff_sign_in_where_everyone_does(open_page: OpenPage, dana: User) -> None:
    EmailAddress.objects.create(user=dana, email=dana.email, verified=True, primary=True)
    page = open_page("/admin/")
    expect(page).to_have_title("Sign in · Treaty")
    page.get_by_label("Email").fill("dana@treaty.test")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("Active partners")).to_be_visible()
