"""The e-mails of this app."""

from __future__ import annotations

from typing import Any

from common.mail import MailKind, register_mail

SAMPLE: dict[str, Any] = {
    "partner": "Acme Insurance Tech",
    "endpoint": "https://crm.example/hooks",
    "since": "1 March 2027, 09:30 UTC",
    "last_error": "HTTP 503",
    "days": 5,
    "reason": "No delivery was accepted for five days.",
    "action_url": "https://partners.example/webhooks",
}

KINDS = (
    MailKind("webhook_failing", "webhooks", "Your webhook endpoint is failing", "See the deliveries", SAMPLE),
    MailKind("webhook_disabled", "webhooks", "Your webhook endpoint was switched off", "See the endpoint", SAMPLE),
)


def register() -> None:
    """Add them to the catalogue."""
    register_mail(*KINDS)
