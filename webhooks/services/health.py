"""Switching failing endpoints off, with warnings on the way."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta

import structlog
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from common.mail import absolute_url
from common.partitions import uuid7_floor
from events.services.publishing import publish_event
from partners.services.mail import CARETAKERS, mail_members
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint

logger = structlog.get_logger(__name__)

DISABLE_AFTER = timedelta(days=5)
WARN_AFTER = timedelta(days=1)
WARN_EVERY = timedelta(days=1)
GONE = "The receiver answered 410 Gone."
FAILED_TOO_LONG = f"No delivery was accepted for {DISABLE_AFTER.days} days."


@transaction.atomic
def disable_gone_endpoint(*, endpoint_id: uuid.UUID) -> None:
    """Switch an endpoint off whose receiver said it is gone; its events are held until it is switched on again."""
    endpoint = WebhookEndpoint.objects.select_for_update(no_key=True).filter(pk=endpoint_id, active=True).first()
    if endpoint is not None:
        disable(endpoint, GONE)


def check_failing_endpoints() -> tuple[int, int]:
    """Warn about endpoints that fail for a day or more, switch off those that did for five; return how many of each.

    They count as failing for as long as attempts failed: one failure and then nothing to deliver says nothing.
    """
    warned = disabled = 0
    now = timezone.now()
    failing = WebhookEndpoint.objects.active().filter(failing_since__lte=now - WARN_AFTER)
    for key in failing.values_list("pk", flat=True):
        with transaction.atomic():
            endpoint = (
                WebhookEndpoint.objects.select_for_update(no_key=True, skip_locked=True)
                .filter(pk=key, active=True, failing_since__lte=now - WARN_AFTER)
                .first()
            )
            if endpoint is None or endpoint.failing_since is None:
                continue
            if has_failed_since(endpoint, endpoint.failing_since + DISABLE_AFTER):
                disable(endpoint, FAILED_TOO_LONG)
                disabled += 1
            elif has_failed_since(endpoint, next_warning(endpoint.failing_since, endpoint.warned_at)):
                warn(endpoint)
                warned += 1
    return warned, disabled


def next_warning(failing_since: datetime, warned_at: datetime | None) -> datetime:
    """From when on a failure is worth a warning."""
    return failing_since + WARN_AFTER if warned_at is None else warned_at + WARN_EVERY


def has_failed_since(endpoint: WebhookEndpoint, moment: datetime) -> bool:
    """Whether an attempt failed at `moment` or later."""
    if moment > timezone.now():
        return False
    failed = WebhookAttempt.objects.filter(id__gte=uuid7_floor(moment), succeeded=False)
    return failed.filter(delivery__endpoint=endpoint).exists()


def disable(endpoint: WebhookEndpoint, reason: str) -> None:
    """Switch a locked endpoint off and tell its owners, by e-mail and at their other endpoints."""
    endpoint.active = False
    endpoint.disabled_reason = reason
    endpoint.save(update_fields=["active", "disabled_reason", "updated_at"])
    publish_event(
        event_name="webhook.disabled",
        entity_type="webhook",
        entity_id=str(endpoint.id),
        payload={"id": str(endpoint.id), "endpointUrl": endpoint.endpoint_url, "reason": reason},
        environment=endpoint.environment,
        partner_id=endpoint.partner_id,
    )
    logger.warning("endpoint_disabled", endpoint=str(endpoint.id), reason=reason)
    tell(endpoint, "webhook_disabled", reason=reason)


def warn(endpoint: WebhookEndpoint) -> None:
    """Tell the owners of a locked endpoint that it is failing."""
    endpoint.warned_at = timezone.now()
    endpoint.save(update_fields=["warned_at"])
    last = WebhookDelivery.objects.filter(endpoint=endpoint).exclude(last_error="").order_by("-id").first()
    tell(
        endpoint,
        "webhook_failing",
        since=f"{endpoint.failing_since:%-d %B %Y, %H:%M} UTC",
        last_error=last.last_error if last else "no answer",
        days=DISABLE_AFTER.days,
    )


def tell(endpoint: WebhookEndpoint, kind: str, **context: object) -> None:
    """Queue an e-mail to those of the partner who look after endpoints."""
    mail_members(
        partner=endpoint.partner,
        roles=CARETAKERS,
        kind=kind,
        endpoint=endpoint.endpoint_url,
        action_url=absolute_url(reverse("webhook_detail", args=[endpoint.id])),
        **context,
    )
