"""The e-mails of this app."""

from __future__ import annotations

from typing import Any

from common.mail import MailKind, register_mail

SAMPLE: dict[str, Any] = {
    "partner": "Acme Insurance Tech",
    "used": "402,118",
    "limit": "500,000",
    "percent": 80,
    "tier": "Basic",
    "overage": False,
    "resets": "1 April 2027",
    "action_url": "https://partners.example/usage",
}

KINDS = (
    MailKind(
        "quota_warning", "billing", "{{ partner }} has used {{ percent }} % of this month's calls", "See usage", SAMPLE
    ),
    # Always sent: calls are refused, or cost more, from now on.
    MailKind(
        "quota_reached",
        "account",
        "{{ partner }} has used up this month's calls",
        "See usage",
        {**SAMPLE, "used": "500,000", "percent": 100},
    ),
)


def register() -> None:
    """Add them to the catalogue."""
    register_mail(*KINDS)
