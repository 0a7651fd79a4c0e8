"""What partners hear when a credential of theirs changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.urls import reverse

from authn.models import ApiKey, OAuthClient, OAuthConsent
from common.mail import absolute_url
from events.services.publishing import publish_event
from partners.services.mail import CARETAKERS, mail_members


def announce_key(event_name: str, key: ApiKey, **members: Any) -> None:
    """Publish `event_name` to the key's partner in the current transaction; a core service is nobody to tell."""
    if key.partner_id is None:
        return
    publish_event(
        event_name=event_name,
        entity_type="key",
        entity_id=str(key.id),
        environment=key.environment,
        partner_id=key.partner_id,
        payload={
            "id": str(key.id),
            "keyPrefix": key.key_prefix,
            "appId": str(key.application_id),
            "environment": key.environment,
            "status": key.status,
            **members,
        },
    )


def mail_revocation(key: ApiKey) -> None:
    """Tell those who look after the key that staff revoked it, and why."""
    if key.partner is None:
        return
    link = absolute_url(reverse("key", args=[key.pk]))
    about = {"key": key.label, "reason": key.revoked_reason}
    mail_members(partner=key.partner, roles=CARETAKERS, kind="key_revoked", action_url=link, **about)


def mail_about_client(kind: str, client: OAuthClient, reason: str) -> None:
    """Tell those who look after a client what staff did to it, and why."""
    link = absolute_url(reverse("oauth_client_detail", args=[client.pk]))
    mail_members(
        partner=client.partner, roles=CARETAKERS, kind=kind, client=client.name, reason=reason, action_url=link
    )


def mail_withdrawal(consent: OAuthConsent, reason: str) -> None:
    """Tell the organization that staff withdrew what one of its people had granted."""
    mail_members(
        partner=consent.partner,
        roles=CARETAKERS,
        kind="access_withdrawn",
        client=consent.client.name,
        person=consent.user.email,
        reason=reason,
        action_url=absolute_url(reverse("oauth_granted_access")),
    )


def rfc3339(moment: datetime) -> str:
    """A moment as receivers read it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
