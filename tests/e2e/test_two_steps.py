"""Turning on an authenticator app, and signing in with it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from playwright.sync_api import Page, expect

from partners.models import User
from tests.e2e.conftest import OpenPage
from tests.e2e.inspection import inspect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

PASSWORD = "correct horse battery"
PERIOD = 30


def code_of(secret: str) -> str:
    """What the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // PERIOD)))


def sign_in(page: Page) -> None:
    page.get_by_label("Email").fill("alice@acme.test")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def test_an_authenticator_app_is_asked_for_from_then_on(open_page: OpenPage, alice: User, shots: Path | None) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    page = open_page("/accounts/login/?next=/accounts/2fa/")
    sign_in(page)
    page.get_by_role("link", name="Set up").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    problems = inspect(page, "account-totp", shots)
    secret = page.get_by_role("textbox", name="Secret").input_value()
    page.get_by_label("Code from the app").fill(code_of(secret))
    page.get_by_role("button", name="Turn on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    assert Authenticator.objects.filter(user=alice, type="totp").exists()
    recovery_code = page.locator("#recovery_codes").inner_text().split()[0]
    problems += inspect(page, "account-recovery-codes", shots)

    page = open_page("/accounts/login/")
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Two-step sign-in")
    problems += inspect(page, "account-second-step", shots)
    page.get_by_label("Code").fill(recovery_code)  # a code of the app works once
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme Insurance Tech")
    assert problems == []
