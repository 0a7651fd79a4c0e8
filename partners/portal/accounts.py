"""What the accounts library leaves to us: its mail goes through the outbox, its secrets are encrypted at rest."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import DefaultAccountAdapter
from allauth.mfa.adapter import DefaultMFAAdapter
from django.urls import reverse

from common.fields import decrypt, encrypt
from common.mail import absolute_url
from partners.models import User
from partners.services.accounts import announce_user
from partners.services.mail import queue_mail

# The library's template prefix -> our kind.
KINDS = {
    "account/email/email_confirmation_signup": "account_confirm_signup",
    "account/email/email_confirmation": "account_confirm_address",
    "account/email/account_already_exists": "account_exists",
    "account/email/password_reset_key": "account_password_reset",
    "account/email/password_reset_code": "account_code",
    "account/email/login_code": "account_code",
    "account/email/unknown_account": "account_unknown",
}
# Of what a person did to their own account: what happened, in words.
NOTICES = {
    "account/email/email_changed": "Your email address was changed",
    "account/email/email_confirm": "Your email address was confirmed",
    "account/email/email_deleted": "An email address was removed from your account",
    "account/email/password_changed": "Your password was changed",
    "account/email/password_reset": "Your password was reset",
    "account/email/password_set": "A password was set",
    "mfa/email/recovery_codes_generated": "New recovery codes were made",
    "mfa/email/totp_activated": "An authenticator app was added",
    "mfa/email/totp_deactivated": "The authenticator app was removed",
    "mfa/email/webauthn_added": "A passkey was added",
    "mfa/email/webauthn_removed": "A passkey was removed",
}


class AccountAdapter(DefaultAccountAdapter):
    """Sends as the rest of the platform does: HTML and text, retried, and named in the outbox."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Queue the mail of our catalogue that stands for the library's template."""
        if template_prefix in NOTICES:
            queue_mail(kind="account_notice", to=email, **notice(NOTICES[template_prefix], context))
        else:
            queue_mail(kind=KINDS[template_prefix], to=email, **self.particulars(email, context))

    def particulars(self, email: str, context: dict[str, Any]) -> dict[str, str]:
        """The code or the link a mail is sent for."""
        given = {"email": email, "code": str(context.get("code") or "")}
        link = context.get("password_reset_url") or context.get("signup_url")
        # By our own address: the library takes the host from the request that asked.
        return {**given, "action_url": absolute_url(urlsplit(str(link)).path)} if link else given


def announce_address(*, user: User, **signal: Any) -> None:
    """The library's signal: mail to this person goes to another address from now on."""
    announce_user(user, changed=["email"])


def notice(what: str, context: dict[str, Any]) -> dict[str, str]:
    """What happened, when, and from where."""
    at = context.get("timestamp")
    return {
        "what": what,
        "at": f"{at:%-d %B %Y, %H:%M} UTC" if at else "",
        "ip": str(context.get("ip") or ""),
        "browser": str(context.get("user_agent") or ""),
        "action_url": absolute_url(reverse("account_reset_password")),
    }


class TwoStepAdapter(DefaultMFAAdapter):
    """Keeps the keys of authenticator apps and the seeds of recovery codes encrypted."""

    COLUMN = "mfa_authenticator.data"

    def encrypt(self, text: str) -> str:
        """Ciphertext for the database."""
        return encrypt(text, associated=self.COLUMN)

    def decrypt(self, encrypted_text: str) -> str:
        """Reverse `encrypt`; raises DecryptionError."""
        return decrypt(encrypted_text, associated=self.COLUMN)
