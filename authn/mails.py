"""The e-mails of this app."""

from __future__ import annotations

from typing import Any

from common.mail import MailKind, register_mail

ACME: dict[str, Any] = {"partner": "Acme Insurance Tech", "action_url": "https://partners.example/keys"}
KEY = {**ACME, "key": "Production (sk_4fJ8a…x7Qa)", "days": 92, "expires": "1 March 2027"}
CLIENT: dict[str, Any] = {
    "partner": "Acme Insurance Tech",
    "client": "Nightly sync",
    "action_url": "https://partners.example/oauth",
}

KINDS = (
    # Always sent: whoever switched the others off still has to replace what stopped.
    MailKind(
        "key_leaked",
        "account",
        "We revoked a credential of {{ partner }}",
        "See what stopped",
        {
            **ACME,
            "what": "API key sk_4fJ8a…x7Qa (Production)",
            "place": "https://github.com/acme/site/blob/main/.env",
            "story": "A secret scanner found it in public",
        },
    ),
    MailKind(
        "key_revoked",
        "account",
        "We revoked an API key of {{ partner }}",
        "See the key",
        {**KEY, "reason": "It was used from a country you told us you do not work in."},
    ),
    MailKind(
        "client_revoked",
        "account",
        "We revoked an OAuth client of {{ partner }}",
        "See the client",
        {**CLIENT, "reason": "It asked for tokens from a country you told us you do not work in."},
    ),
    MailKind(
        "client_tokens_revoked",
        "account",
        "We revoked tokens of an OAuth client of {{ partner }}",
        "See the client",
        {**CLIENT, "reason": "One of them was seen in a public repository."},
    ),
    MailKind(
        "access_withdrawn",
        "account",
        "We withdrew what {{ client }} may do for {{ partner }}",
        "See who has access",
        {**CLIENT, "person": "bob@acme.example", "reason": "Its maker asked us to."},
    ),
    MailKind("key_rotation_due", "keys", "Rotate an API key of {{ partner }}", "Rotate it", KEY),
    MailKind("key_expiring", "keys", "An API key of {{ partner }} stops on {{ expires }}", "See the key", KEY),
    MailKind(
        "granted_application_ending",
        "account",
        "{{ application }}, which {{ partner }} uses, stops on {{ day }}",
        "See what it may do",
        {**ACME, "application": "Quote Sync", "maker": "Globex Leads", "day": "1 March 2027"},
    ),
    MailKind(
        "suspicious_activity",
        "account",
        "Suspicious: {{ what }}",
        "Judge it",
        {
            "what": "A key used from many networks: sk_4fJ8a…x7Qa",
            "partner": "Acme Insurance Tech",
            "evidence": "count: 34",
            "action_url": "https://partners.example/admin/authn/suspiciousactivity/",
        },
    ),
)


def register() -> None:
    """Add them to the catalogue."""
    register_mail(*KINDS)
