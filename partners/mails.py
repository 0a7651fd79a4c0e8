"""The e-mails of this app."""

from __future__ import annotations

from typing import Any

from common.mail import MailKind, register_mail

URL = "https://partners.example/agreements"
ACME: dict[str, Any] = {"partner": "Acme Insurance Tech", "action_url": URL}
ITEM = {**ACME, "item": "Company register extract", "expires": "1 March 2027"}
AGREEMENT = {**ACME, "agreement": "Master services agreement, version 2", "expires": "1 March 2027"}

ACCOUNT = {"email": "alice@acme.example", "code": "7K2M-XQPR", "action_url": "https://partners.example/accounts/"}

KINDS = (
    MailKind("account_confirm_signup", "account", "{{ code }} is your code to sign up", "", ACCOUNT),
    MailKind("account_confirm_address", "account", "{{ code }} confirms your email address", "", ACCOUNT),
    MailKind("account_code", "account", "{{ code }} is your code", "", ACCOUNT),
    MailKind("account_password_reset", "account", "Choose a new password", "Choose a new password", ACCOUNT),
    MailKind("account_exists", "account", "You have an account already", "Choose a new password", ACCOUNT),
    MailKind("account_unknown", "account", "There is no account for {{ email }}", "Sign up", ACCOUNT),
    MailKind(
        "account_notice",
        "account",
        "{{ what }}",
        "Choose a new password",
        {
            **ACCOUNT,
            "what": "A passkey was added",
            "at": "1 March 2026, 12:00 UTC",
            "ip": "203.0.113.7",
            "browser": "Firefox 140 on Linux",
        },
    ),
    MailKind(
        "invitation",
        "account",
        "{{ inviter }} invites you to {{ partner }} on Treaty",
        "Accept the invitation",
        {**ACME, "inviter": "Alice Ames", "role": "developer", "expires": "1 March 2027"},
    ),
    MailKind(
        "member_role_changed",
        "account",
        "You are now {{ role }} at {{ partner }}",
        "Open the portal",
        {**ACME, "actor": "Alice Ames", "previous": "viewer", "role": "developer"},
    ),
    MailKind("member_removed", "account", "You no longer belong to {{ partner }}", "", {**ACME, "actor": "Alice Ames"}),
    MailKind("partner_activated", "account", "{{ partner }} is live", "Open the portal", ACME),
    MailKind(
        "partner_suspended",
        "account",
        "{{ partner }} was suspended",
        "Open the portal",
        {**ACME, "reason": "The company register extract ran out."},
    ),
    MailKind("partner_resumed", "account", "{{ partner }} works again", "Open the portal", ACME),
    MailKind(
        "verification_accepted",
        "verification",
        "Accepted: {{ item }}",
        "See the checklist",
        {**ITEM, "outstanding": "Bank account, Security questionnaire"},
    ),
    MailKind(
        "verification_rejected",
        "verification",
        "Please correct: {{ item }}",
        "Correct it",
        {**ITEM, "note": "The extract is older than three months."},
    ),
    MailKind(
        "verification_expiring", "verification", "{{ item }} runs out on {{ expires }}", "Renew it", {**ITEM, "days": 7}
    ),
    MailKind(
        "verification_expired",
        "account",
        "{{ item }} ran out",
        "Renew it",
        {**ITEM, "deadline": "31 March 2027"},
    ),
    MailKind("agreement_offered", "agreements", "To sign: {{ agreement }}", "Read and sign", AGREEMENT),
    MailKind(
        "agreement_signed",
        "agreements",
        "Signed: {{ agreement }}",
        "Download it",
        {**AGREEMENT, "signer": "Alice Ames", "signed": "1 March 2026", "sha256": "9f86d081884c7d659a2feaa0c55ad015"},
    ),
    MailKind(
        "agreement_expiring",
        "agreements",
        "{{ agreement }} ends on {{ expires }}",
        "Renew it",
        {**AGREEMENT, "days": 30},
    ),
    MailKind(
        "agreement_expired",
        "account",
        "{{ agreement }} has ended",
        "Sign the renewal",
        {**AGREEMENT, "deadline": "15 March 2027"},
    ),
)


def register() -> None:
    """Add them to the catalogue."""
    register_mail(*KINDS)
