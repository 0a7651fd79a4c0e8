"""Replacing the secrets that deliveries are signed with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone

from common.errors import ConflictError, InvalidError
from common.principal import Principal
from webhooks.models import WebhookEndpoint
from webhooks.previous_secrets import PreviousSecret, still_signing, to_store
from webhooks.services.endpoints import lock
from webhooks.signing import generate_secret

MAX_OVERLAP_HOURS = 168
DEFAULT_OVERLAP_HOURS = 24
MOST_PREVIOUS = 5  # each adds a signature to every delivery


@dataclass(frozen=True, slots=True)
class RotatedSecret:
    """A fresh secret, how long the one it replaced still signs, and all that do."""

    webhook_secret: str
    previous_secret_expires_at: datetime | None
    previous_secrets: Sequence[PreviousSecret]


@transaction.atomic
def rotate_secret(
    *, webhook: WebhookEndpoint, actor: Principal, overlap_hours: int = DEFAULT_OVERLAP_HOURS
) -> RotatedSecret:
    """Give an endpoint a fresh secret; for `overlap_hours` the old one signs as well (Standard Webhooks header).

    Secrets replaced before go on signing to the end of their own overlap. Raises ConflictError when that would be more
    than MOST_PREVIOUS.
    """
    if not 0 <= overlap_hours <= MAX_OVERLAP_HOURS:
        raise InvalidError(f"Expected 0 to {MAX_OVERLAP_HOURS} hours.", field="overlap_hours", code="out_of_range")
    endpoint = lock(webhook, actor)
    now = timezone.now()
    previous = still_signing(endpoint.previous_secrets, now)
    expires_at = now + timedelta(hours=overlap_hours) if overlap_hours else None
    if expires_at is not None:
        if len(previous) >= MOST_PREVIOUS:
            first = min(one.expires_at for one in previous)
            raise ConflictError(
                "too_many_secrets",
                f"{MOST_PREVIOUS} earlier secrets still sign. The next can be replaced from {first:%Y-%m-%dT%H:%M:%SZ}"
                " on, at once without an overlap, or when the overlap of the earlier ones is ended.",
            )
        previous.insert(0, PreviousSecret(endpoint.webhook_secret, expires_at))
    endpoint.webhook_secret, endpoint.secret_rotated_at = generate_secret(), now
    keep(endpoint, previous, "webhook_secret", "secret_rotated_at")
    return RotatedSecret(endpoint.webhook_secret, expires_at, previous)


@transaction.atomic
def end_secret_overlap(*, webhook: WebhookEndpoint, actor: Principal) -> WebhookEndpoint:
    """Stop signing with every earlier secret, from the next delivery on."""
    endpoint = lock(webhook, actor)
    if endpoint.previous_secrets:
        keep(endpoint, [])
    return endpoint


def keep(endpoint: WebhookEndpoint, previous: Sequence[PreviousSecret], *changed: str) -> None:
    """Save an endpoint with these earlier secrets."""
    endpoint.previous_secrets = to_store(previous)
    endpoint.previous_secret_expires_at = max((one.expires_at for one in previous), default=None)
    endpoint.save(update_fields=[*changed, "previous_secrets", "previous_secret_expires_at", "updated_at"])
