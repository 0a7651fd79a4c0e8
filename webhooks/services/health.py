"""Switching endpoints off, and on again."""

from __future__ import annotations

import uuid

import structlog
from django.db import transaction

from webhooks.models import WebhookEndpoint

logger = structlog.get_logger(__name__)

GONE = "The receiver answered 410 Gone."


@transaction.atomic
def disable_gone_endpoint(*, endpoint_id: uuid.UUID) -> None:
    """Switch an endpoint off whose receiver said it is gone; its events are held until it is switched on again."""
    endpoint = WebhookEndpoint.objects.select_for_update().filter(pk=endpoint_id, active=True).first()
    if endpoint is None:
        return
    endpoint.active = False
    endpoint.disabled_reason = GONE
    endpoint.save(update_fields=["active", "disabled_reason", "updated_at"])
    logger.warning("endpoint_disabled", endpoint=str(endpoint.id), reason=GONE)
