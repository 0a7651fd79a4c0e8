"""Endpoints that fail for days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from common.principal import SYSTEM
from events.models import PlatformEvent
from partners.models import OutboundMail, User
from tests.receivers import Receiver, reply
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries, retry_delivery
from webhooks.services.endpoints import update_webhook
from webhooks.services.health import check_failing_endpoints

Publish = Callable[..., PlatformEvent]


def fail_for(endpoint: WebhookEndpoint, **ago: float) -> None:
    """Pretend it began to fail that long ago."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=timezone.now() - timedelta(**ago))


@pytest.mark.parametrize(("hours", "mails"), [(23, 0), (25, 2), (119, 2)])
def test_a_warning_a_day(endpoint: WebhookEndpoint, alice: User, bob: User, hours: int, mails: int) -> None:
    fail_for(endpoint, hours=hours)
    check_failing_endpoints()
    check_failing_endpoints()
    assert OutboundMail.objects.filter(kind="webhook_failing").count() == mails
    endpoint.refresh_from_db()
    assert endpoint.active


def test_five_days_switch_it_off_and_hold_its_events(
    endpoint: WebhookEndpoint, receiver: Receiver, alice: User, publish: Publish
) -> None:
    fail_for(endpoint, days=5, minutes=1)
    assert check_failing_endpoints() == (0, 1)
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.disabled_reason) == (False, "No delivery was accepted for 5 days.")
    assert [mail.kind for mail in OutboundMail.objects.all()] == ["webhook_disabled"]
    publish()
    assert process_pending_deliveries() == 0
    update_webhook(webhook=endpoint, active=True, actor=SYSTEM)
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.disabled_reason, endpoint.failing_since) == (True, "", None)
    assert process_pending_deliveries() == 1
    assert len(receiver.requests) == 1


def test_a_success_stops_the_clock(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    receiver.answer = reply(500)
    publish()
    process_pending_deliveries()
    endpoint.refresh_from_db()
    assert endpoint.failing_since is not None
    began = endpoint.failing_since
    publish()
    process_pending_deliveries()
    endpoint.refresh_from_db()
    assert endpoint.failing_since == began
    receiver.answer = reply(200)
    for delivery in WebhookDelivery.objects.select_related("endpoint"):
        retry_delivery(delivery=delivery, actor=SYSTEM)
    process_pending_deliveries()
    endpoint.refresh_from_db()
    assert endpoint.failing_since is None
