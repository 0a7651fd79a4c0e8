"""What one task of a task queue does with one delivery: load, sign, send, record, through the ORM and requests."""

from __future__ import annotations

import json
import threading
import time

import django

django.setup()

import requests  # noqa: E402 (Django first)
from django.utils import timezone  # noqa: E402 (as above)

from webhooks.models import WebhookAttempt, WebhookDelivery  # noqa: E402 (as above)
from webhooks.payload import data_text, envelope, signed_body  # noqa: E402 (as above)

local = threading.local()


def deliver_one(delivery_id: str) -> None:
    """Load, sign, send, record."""
    session = getattr(local, "session", None)
    if session is None:
        session = local.session = requests.Session()
    delivery = WebhookDelivery.objects.select_related("event__event_type", "endpoint").get(pk=delivery_id)
    event, endpoint = delivery.event, delivery.endpoint
    content = envelope(
        event_id=event.id,
        event_name=event.event_type.event_name,
        happened_at=event.created_at,
        data=data_text(event.payload),
    )
    body, signature = signed_body(content, endpoint.webhook_secret)
    headers = {"Content-Type": "application/json", "X-Webhook-Signature": signature}
    started, clock = timezone.now(), time.perf_counter()
    response = session.post(endpoint.endpoint_url, data=body, headers=headers, timeout=15, allow_redirects=False)
    WebhookAttempt.objects.create(
        delivery=delivery,
        attempt_number=1,
        started_at=started,
        duration_ms=(time.perf_counter() - clock) * 1000,
        request_url=endpoint.endpoint_url,
        request_headers=json.dumps(headers),
        response_status=response.status_code,
        response_body=response.text[:16384],
        succeeded=response.ok,
    )
    delivery.status, delivery.delivered_at, delivery.attempt_number = "delivered", timezone.now(), 1
    delivery.due_at, delivery.response_status = None, response.status_code
    delivery.save()
