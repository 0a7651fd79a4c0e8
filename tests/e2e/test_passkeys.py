"""A passkey: made, signed in with, and removed, by a real ceremony between the browser and an authenticator."""

from __future__ import annotations

from pathlib import Path

import pytest
from allauth.account.models import EmailAddress
from playwright.sync_api import Page, expect

from partners.audit import AuditFilter, read_audit
from partners.models import User
from tests.e2e.conftest import OpenPage
from tests.e2e.inspection import inspect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
PASSWORD = "correct horse battery"
DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


def plug_in(page: Page) -> None:
    """An authenticator that says yes."""
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})


def test_a_passkey_signs_in(open_page: OpenPage, alice: User, shots: Path | None) -> None:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    page = open_page("/accounts/login/?next=/accounts/2fa/")
    plug_in(page)
    page.get_by_label("Email").fill(alice.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("link", name="Add a key").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    problems = inspect(page, "account-passkey-add", shots)
    page.get_by_label("Name").fill("Laptop")
    page.get_by_label("Passwordless").check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto("/accounts/2fa/webauthn/")
    problems += inspect(page, "account-passkeys", shots)

    page.context.clear_cookies()
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Acme Insurance Tech")

    page.goto("/accounts/2fa/webauthn/")
    page.get_by_role("link", name="Remove").click()
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()
    problems += inspect(page, "account-passkey-remove", shots)
    page.get_by_role("button", name="Remove").click()
    expect(page.get_by_role("heading", level=1)).not_to_have_text("Remove Security Key")
    # With the last key its recovery codes go.
    steps = reversed(read_audit(AuditFilter(noun="partners.secondstep", actor=alice.email)))
    assert [step.verb for step in steps] == ["created", "created", "deleted", "deleted"]
    assert problems == []
