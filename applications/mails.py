"""The e-mails of this app."""

from __future__ import annotations

from typing import Any

from common.mail import MailKind, register_mail

SAMPLE: dict[str, Any] = {
    "application": "Lead Router",
    "partner": "Acme Insurance Tech",
    "action_url": "https://partners.example/applications",
}
REASON = {**SAMPLE, "reason": "State what read:claims is needed for."}

KINDS = (
    MailKind(
        "application_submitted",
        "applications",
        "{{ application }} is in the review queue",
        "Follow the review",
        {**SAMPLE, "version": 2, "due": "3 March 2027"},
    ),
    MailKind(
        "application_changes_requested",
        "applications",
        "Changes requested for {{ application }}",
        "Make the changes",
        REASON,
    ),
    MailKind("application_approved", "applications", "{{ application }} is approved", "Open it", SAMPLE),
    MailKind("application_rejected", "applications", "{{ application }} was rejected", "Read the reasons", REASON),
    MailKind(
        "application_comment",
        "applications",
        "{{ author }} wrote about {{ application }}",
        "Answer",
        {**SAMPLE, "author": "A reviewer", "body": "Which leads do you keep, and for how long?"},
    ),
    MailKind("application_suspended", "account", "{{ application }} was suspended", "Open it", REASON),
    MailKind("application_resumed", "account", "{{ application }} works again", "Open it", SAMPLE),
    MailKind(
        "application_sunset",
        "account",
        "{{ application }} stops on {{ day }}",
        "Open it",
        {**SAMPLE, "day": "1 March 2027", "days": 30},
    ),
    MailKind("application_stopped", "account", "{{ application }} has stopped", "Open it", SAMPLE),
)


def register() -> None:
    """Add them to the catalogue."""
    register_mail(*KINDS)
