"""What the webhook tests share: an endpoint of Acme, a receiver, and ways to publish and deliver."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import connection

from applications.models import PartnerApplication
from events.models import EventType, PlatformEvent
from events.services.catalogue import cache as event_type_cache
from events.services.publishing import publish_event
from integrations.models import Integration
from tests.receivers import Receiver
from webhooks.engine.process import DeliveryProcess
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.signing import generate_secret

LEAD = {"id": "lead_123", "email": "john@example.com", "score": 0.5, "status": "received"}


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    server = Receiver()
    yield server
    server.stop()


@pytest.fixture
def lead_created(db: None) -> Iterator[EventType]:
    """A type whose payload is free, and that needs the scope to read leads."""
    event_type_cache.clear()
    yield EventType.objects.update_or_create(
        event_name="lead.created",
        defaults={
            "description": "A lead came in.",
            "event_category": "lead",
            "required_scope": "read:leads",
            "payload_schema": {},
            "example": LEAD,
        },
    )[0]
    event_type_cache.clear()


def make_integration(application: PartnerApplication, **fields: Any) -> Integration:
    """A running integration of `application`."""
    return Integration.objects.create(
        application=application, partner=application.partner, integration_name="CRM", **fields
    )


def make_endpoint(integration: Integration, url: str, **fields: Any) -> WebhookEndpoint:
    """An active endpoint subscribed to everything about leads."""
    defaults = {"subscribed_events": ["lead.*"], "environment": integration.environment}
    return WebhookEndpoint.objects.create(
        integration=integration,
        partner=integration.partner,
        endpoint_url=url,
        webhook_secret=generate_secret(),
        **{**defaults, **fields},
    )


@pytest.fixture
def integration(application: PartnerApplication) -> Integration:
    """Acme's integration."""
    return make_integration(application)


@pytest.fixture
def endpoint(integration: Integration, receiver: Receiver, lead_created: EventType) -> WebhookEndpoint:
    """Acme's endpoint, at the receiver."""
    return make_endpoint(integration, receiver.url)


@pytest.fixture
def publish(lead_created: EventType) -> Callable[..., PlatformEvent]:
    """`publish()` publishes lead.created; keyword arguments replace what it says."""

    def call(**fields: Any) -> PlatformEvent:
        defaults: dict[str, Any] = {
            "event_name": "lead.created",
            "entity_type": "lead",
            "entity_id": "lead_123",
            "payload": LEAD,
        }
        return publish_event(**{**defaults, **fields})

    return call


@pytest.fixture
def fail(endpoint: WebhookEndpoint, publish: Callable[..., PlatformEvent]) -> Callable[..., list[WebhookDelivery]]:
    """`fail(3)` makes three deliveries that were given up."""

    def call(count: int, **fields: object) -> list[WebhookDelivery]:
        events = [publish(**fields).id for _ in range(count)]
        made = WebhookDelivery.objects.filter(event__in=events)
        made.update(status="failed", attempt_number=5, due_at=None, last_error="HTTP 500")
        return list(made.order_by("id"))

    return call


def states(deliveries: list[WebhookDelivery]) -> list[tuple[str, int, int]]:
    """Where each stands now: status, attempts made and allowed."""
    rows = WebhookDelivery.objects.filter(pk__in=[one.pk for one in deliveries]).order_by("id")
    return list(rows.values_list("status", "attempt_number", "attempt_limit"))


@contextmanager
def delivering(*, deadline: float = 15.0) -> Iterator[DeliveryProcess]:
    """A delivery process in this process, stopped at the end."""
    process = DeliveryProcess(deadline=deadline)
    thread = threading.Thread(target=process.run)
    thread.start()
    try:
        yield process
    finally:
        process.stop()
        thread.join(15)
        assert not thread.is_alive()


def eventually(check: Callable[[], bool], timeout: float = 10.0) -> None:
    """Wait until `check()` holds; fail when it does not."""
    deadline = time.monotonic() + timeout
    while not check():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def make_due(delivery: WebhookDelivery) -> None:
    """Let the time to the next attempt pass."""
    with connection.cursor() as cursor:
        cursor.execute("UPDATE webhooks_webhookdelivery SET due_at = now() WHERE id = %s", [delivery.id])
