"""The accounts library's own mail: through the outbox and the house's template, over real SMTP."""

from __future__ import annotations

import re
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import allauth
import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.test import Client

from partners.models import OutboundMail, User
from partners.portal.accounts import KINDS, NOTICES, TwoStepAdapter
from partners.services.mail import due_mail, send_queued_mail
from tests.partners.mailbox import Mailbox, body

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
SIGN_UP = {"email": "eve@initech.test", "password1": PASSWORD, "password2": PASSWORD}


def deliver_all(mailbox: Mailbox) -> list[EmailMessage]:
    """Send what is queued, as the actor does."""
    before = len(mailbox.messages)
    for mail_id in due_mail():
        assert send_queued_mail(mail_id=mail_id)
    return mailbox.messages[before:]


@pytest.fixture
def verified(alice: User) -> User:
    EmailAddress.objects.create(user=alice, email=alice.email, verified=True, primary=True)
    return alice


def test_signing_up_sends_a_code_that_confirms(client: Client, mailbox: Mailbox) -> None:
    client.post("/accounts/signup/", SIGN_UP)
    (message,) = deliver_all(mailbox)
    assert message["To"] == "eve@initech.test"
    code = re.search(r"^([A-Z0-9-]{6,9})\r?$", body(message, "plain"), re.MULTILINE)
    assert code is not None
    assert message["Subject"] == f"{code.group(1)} is your code to sign up"
    assert code.group(1) in body(message, "html")
    assert 'class="sheet"' in body(message, "html")
    assert message["Auto-Submitted"] == "auto-generated"
    client.post("/accounts/confirm-email/", {"code": code.group(1)})
    assert EmailAddress.objects.get(email="eve@initech.test").verified
    assert OutboundMail.objects.get(kind="account_confirm_signup").context == {}


def test_signing_up_twice_tells_the_owner(client: Client, verified: User, mailbox: Mailbox) -> None:
    client.post("/accounts/signup/", {**SIGN_UP, "email": verified.email})
    (message,) = deliver_all(mailbox)
    assert (message["To"], message["Subject"]) == (verified.email, "You have an account already")
    assert "https://partners.example/accounts/password/reset/" in body(message, "plain")


def test_a_forgotten_password(client: Client, verified: User, mailbox: Mailbox) -> None:
    client.post("/accounts/password/reset/", {"email": verified.email})
    (message,) = deliver_all(mailbox)
    assert message["Subject"] == "Choose a new password"
    link = re.search(r"https://partners\.example(/accounts/password/reset/key/\S+)", body(message, "plain"))
    assert link is not None
    form = client.get(link.group(1), follow=True)
    new = "another horse battery"
    client.post(form.request["PATH_INFO"], {"password1": new, "password2": new})
    (told,) = deliver_all(mailbox)
    assert told["Subject"] == "Your password was reset"
    assert "127.0.0.1" in body(told, "plain")
    verified.refresh_from_db()
    assert verified.check_password(new)


def test_an_unknown_address_hears_so(client: Client, mailbox: Mailbox) -> None:
    client.post("/accounts/password/reset/", {"email": "nobody@initech.test"})
    (message,) = deliver_all(mailbox)
    assert message["Subject"] == "There is no account for nobody@initech.test"
    assert "https://partners.example/accounts/signup/" in body(message, "plain")


def test_changed_passwords_and_sign_in_methods_are_told(
    client: Client, verified: User, mailbox: Mailbox, django_capture_on_commit_callbacks: Any
) -> None:
    client.post("/accounts/login/", {"login": verified.email, "password": PASSWORD})
    new = "another horse battery"
    client.post("/accounts/password/change/", {"oldpassword": PASSWORD, "password1": new, "password2": new})
    (message,) = deliver_all(mailbox)
    assert message["Subject"] == "Your password was changed"

    client.post("/accounts/reauthenticate/", {"password": new})
    client.get("/accounts/2fa/totp/activate/")
    secret = client.session["mfa.totp.secret"]
    code = format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time())))
    with django_capture_on_commit_callbacks(execute=True):
        client.post("/accounts/2fa/totp/activate/", {"code": code})
    stored = Authenticator.objects.get(user=verified, type=Authenticator.Type.TOTP)
    assert stored.data["secret"].startswith("test:")
    assert secret not in stored.data["secret"]
    assert TwoStepAdapter().decrypt(stored.data["secret"]) == secret
    assert next(mail["Subject"] for mail in deliver_all(mailbox)) == "An authenticator app was added"


def test_every_template_of_the_library_has_its_kind() -> None:
    root = Path(allauth.__file__).parent / "templates"
    prefixes = {
        str(path.relative_to(root)).removesuffix("_message.txt")
        for folder in ("account/email", "mfa/email")
        for path in (root / folder).glob("*_message.txt")
    }
    assert prefixes - {"account/email/base"} == set(KINDS) | set(NOTICES)
