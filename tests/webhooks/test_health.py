"""Endpoints that fail for days."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone

from common.partitions import uuid7_floor
from common.principal import SYSTEM
from events.models import PlatformEvent
from partners.models import OutboundMail, User
from tests.receivers import Receiver, reply
from tests.webhooks.conftest import make_endpoint
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries, retry_delivery
from webhooks.services.endpoints import update_webhook
from webhooks.services.health import check_failing_endpoints

Publish = Callable[..., PlatformEvent]


def fail_for(endpoint: WebhookEndpoint, **ago: float) -> None:
    """Pretend it began to fail that long ago."""
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(failing_since=timezone.now() - timedelta(**ago))


def fail_now(receiver: Receiver, publish: Publish) -> None:
    """An event it does not take."""
    answer, receiver.answer = receiver.answer, reply(500)
    publish()
    assert process_pending_deliveries() == 1
    receiver.answer = answer


@pytest.mark.parametrize(("hours", "mails"), [(23, 0), (25, 2), (119, 2)])
def test_a_warning_a_day(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, alice: User, bob: User, hours: int, mails: int
) -> None:
    fail_for(endpoint, hours=hours)
    fail_now(receiver, publish)
    check_failing_endpoints()
    check_failing_endpoints()
    assert OutboundMail.objects.filter(kind="webhook_failing").count() == mails
    endpoint.refresh_from_db()
    assert endpoint.active


def test_the_next_warning_comes_a_day_later_if_it_still_fails(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, alice: User
) -> None:
    fail_for(endpoint, hours=50)
    fail_now(receiver, publish)
    assert check_failing_endpoints() == (1, 0)
    WebhookEndpoint.objects.update(warned_at=timezone.now() - timedelta(hours=24, minutes=1))
    assert check_failing_endpoints() == (1, 0)
    WebhookEndpoint.objects.update(warned_at=timezone.now() - timedelta(hours=24, minutes=1))
    WebhookAttempt.objects.update(id=uuid7_floor(timezone.now() - timedelta(hours=30)))
    assert check_failing_endpoints() == (0, 0)


def test_one_failure_and_then_nothing_to_deliver_is_no_failing_for_days(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, alice: User
) -> None:
    fail_now(receiver, publish)
    WebhookDelivery.objects.update(status="failed", due_at=None)
    fail_for(endpoint, days=9)
    WebhookAttempt.objects.update(id=uuid7_floor(timezone.now() - timedelta(days=9)))
    assert check_failing_endpoints() == (0, 0)
    endpoint.refresh_from_db()
    assert endpoint.active
    assert not OutboundMail.objects.exists()
    fail_now(receiver, publish)
    assert check_failing_endpoints() == (0, 1)


def test_five_days_switch_it_off_and_hold_its_events(
    endpoint: WebhookEndpoint, receiver: Receiver, alice: User, publish: Publish
) -> None:
    fail_for(endpoint, days=5, minutes=1)
    fail_now(receiver, publish)
    WebhookDelivery.objects.update(status="failed", due_at=None)
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
    assert len(receiver.requests) == 2


def test_the_other_endpoints_are_told(endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    elsewhere = Receiver()
    other = make_endpoint(endpoint.integration, elsewhere.url, subscribed_events=["webhook.disabled"])
    receiver.answer = reply(410)
    publish()
    process_pending_deliveries()
    elsewhere.stop()
    endpoint.refresh_from_db()
    assert (endpoint.active, endpoint.disabled_reason) == (False, "The receiver answered 410 Gone.")

    told = WebhookDelivery.objects.get(endpoint=other)
    assert (told.status, told.event_name) == ("delivered", "webhook.disabled")
    assert (told.event.partner_id, told.event.environment) == (endpoint.partner_id, "live")
    assert told.event.payload == {
        "id": str(endpoint.id),
        "endpointUrl": endpoint.endpoint_url,
        "reason": "The receiver answered 410 Gone.",
    }


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


def test_a_new_address_does_not_inherit_the_failures_of_the_old(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, alice: User
) -> None:
    fail_for(endpoint, days=6)
    WebhookEndpoint.objects.update(warned_at=timezone.now() - timedelta(days=2))
    update_webhook(webhook=endpoint, endpoint_url=endpoint.endpoint_url, description="as before", actor=SYSTEM)
    assert WebhookEndpoint.objects.filter(failing_since=None).count() == 0
    moved = update_webhook(webhook=endpoint, endpoint_url=f"{receiver.url}/new", actor=SYSTEM)
    moved.refresh_from_db()
    assert (moved.failing_since, moved.warned_at) == (None, None)
    fail_now(receiver, publish)
    assert check_failing_endpoints() == (0, 0)
    endpoint.refresh_from_db()
    assert endpoint.active
