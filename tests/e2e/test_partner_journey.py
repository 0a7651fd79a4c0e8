"""From sign-up to a live partner in a real browser."""

from __future__ import annotations

import pytest
from playwright.sync_api import expect

from partners.models import OutboundMail, Partner, User
from partners.selectors import principal_of_staff
from partners.services.standard import initialize_standard_agreements
from partners.services.verification import accept_item, open_checklist
from tests.e2e.conftest import OpenPage

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


def test_sign_up_to_live(open_page: OpenPage, dana: User) -> None:
    initialize_standard_agreements()
    page = open_page("/accounts/signup/")
    page.get_by_label("Email").fill("eve@initech.test")
    page.locator("#id_password1").fill("correct horse battery")
    page.locator("#id_password2").fill("correct horse battery")
    page.locator("main form button[type=submit], form button[type=submit]").first.click()
    page.locator("#id_code").wait_for()
    page.locator("#id_code").fill(OutboundMail.objects.get(kind="account_confirm_signup").context["code"])
    page.keyboard.press("Enter")
    page.get_by_role("link", name="Open an account").click()
    page.get_by_label("Company name").fill("Initech")
    page.get_by_role("button", name="Open account").click()
    expect(page.get_by_text("Before you go live")).to_be_visible()

    page.goto("/agreements")
    page.get_by_role("row", name="Master services agreement").get_by_role("button", name="Read and sign").click()
    page.get_by_label("Your full name").fill("Eve Earl")
    page.get_by_label("I have read the document").check()
    page.get_by_role("button", name="Sign", exact=True).click()
    expect(page.get_by_role("heading", name="Record of signature")).to_be_visible()

    partner = Partner.objects.get()
    assert partner.status == "pending"
    open_checklist(partner)
    partner.verification_items.update(status="submitted")
    for item in partner.verification_items.all():
        accept_item(item=item, actor=principal_of_staff(dana))
    page.goto("/company")
    expect(page.get_by_text("Active", exact=True)).to_be_visible()
