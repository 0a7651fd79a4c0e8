"""What partners hear when a key of theirs changes."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from authn.models import ApiKey
from events.services.publishing import publish_event


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


def rfc3339(moment: datetime) -> str:
    """A moment as receivers read it."""
    return moment.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
