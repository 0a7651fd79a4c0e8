"""Testing endpoints, retrying deliveries, and one pass over what is due."""

from __future__ import annotations

import time
from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models.functions import Now
from django.utils import timezone

from common.errors import ConflictError, InvalidError, TransitionError
from common.http_pool import Sender
from common.partitions import uuid7_day
from common.principal import Principal
from events.models import EventType, PlatformEvent
from webhooks.engine.dispatcher import Dispatcher
from webhooks.engine.messages import build_request, judge
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.models.delivery import DeliveryKind, DeliveryStatus, WebhookDeliveryQuerySet
from webhooks.services.endpoints import lock, refuse_stranger
from webhooks.services.health import disable_gone_endpoint
from webhooks.services.recovery import note_retry
from webhooks.wakeups import wake_on_commit

TEST_EVENT = "webhook.test"
TEST_PAYLOAD = {"message": "A test of your webhook endpoint. No action is needed."}


@transaction.atomic
def test_webhook(*, webhook: WebhookEndpoint, event_name: str, actor: Principal) -> WebhookDelivery:
    """Send a signed test event to this endpoint alone: the type's example (`webhook.test` if empty), without retries.

    Raises ConflictError when the endpoint is off or paused, InvalidError for an event that does not exist.
    """
    endpoint = lock(webhook, actor)
    if not endpoint.active:
        raise ConflictError("endpoint_inactive", "The endpoint is switched off.")
    if endpoint.pause:
        raise ConflictError("endpoint_paused", f"Its {endpoint.pause} may not receive events now.")
    if endpoint.unproven:
        raise ConflictError("endpoint_unproven", "The endpoint has not answered its ownership challenge yet.")
    event_type = type_to_test(event_name)
    # Straight into the log: publishing would fan it out to every subscriber.
    event = PlatformEvent.objects.create(
        event_type=event_type,
        schema_version=event_type.schema_version,
        entity_type="webhook",
        entity_id=str(endpoint.id),
        payload=event_type.example or TEST_PAYLOAD,
        environment=endpoint.environment,
        partner_id=endpoint.partner_id,
        is_test=True,
    )
    delivery = WebhookDelivery.objects.create(
        event=event,
        event_name=event_type.event_name,
        endpoint=endpoint,
        kind=DeliveryKind.TEST,
        attempt_limit=1,
        due_at=Now(),
    )
    delivery.refresh_from_db(fields=["due_at"])
    wake_on_commit()
    return delivery


def type_to_test(event_name: str) -> EventType:
    """The type whose example is sent."""
    if event_name in {"", TEST_EVENT}:
        return EventType.objects.get_or_create(
            event_name=TEST_EVENT,
            defaults={
                "description": "Sent when somebody tests an endpoint.",
                "event_category": EventType.Category.PLATFORM,
                "example": TEST_PAYLOAD,
            },
        )[0]
    event_type = EventType.objects.active().filter(event_name=event_name).first()
    if event_type is None:
        raise InvalidError(f"There is no event {event_name!r}.", field="event", code="unknown_event")
    return event_type


@transaction.atomic
def retry_delivery(*, delivery: WebhookDelivery, actor: Principal) -> WebhookDelivery:
    """Try again now: a dead one gets one more attempt, a waiting one does not wait any longer.

    Raises ConflictError for one that was delivered, is on its way, whose endpoint is off, or whose event is archived.
    """
    refuse_stranger(delivery.endpoint.partner_id, actor)
    locked = (
        WebhookDelivery.objects.select_for_update(of=("self",), no_key=True)
        .select_related("endpoint")
        .get(pk=delivery.pk)
    )
    if locked.status == DeliveryStatus.DELIVERED:
        raise TransitionError(noun="The delivery", current=locked.status, target=DeliveryStatus.PENDING)
    refuse_archived(locked)
    if not locked.endpoint.active:
        raise ConflictError("endpoint_inactive", "The endpoint is switched off.")
    if locked.leased_until is not None and locked.leased_until > timezone.now():
        raise ConflictError("delivery_in_flight", "The delivery is being sent right now.")
    if locked.status == DeliveryStatus.FAILED:
        locked.status = DeliveryStatus.PENDING
        locked.attempt_limit = locked.attempt_number + 1
    # The database's clock decides what is due. One in order waits until nothing of its entity is under way.
    locked.due_at = locked.next_retry_at = Now()
    if locked.order_key is not None:
        locked.due_at = None
    locked.save(update_fields=["status", "attempt_limit", "due_at", "next_retry_at", "updated_at"])
    locked.refresh_from_db(fields=["due_at", "next_retry_at"])
    note_retry(delivery=locked, actor=actor)
    wake_on_commit()
    return locked


def refuse_archived(delivery: WebhookDelivery) -> None:
    """Raise ConflictError when there is nothing left to send."""
    if delivery.stored_event is None:
        day = uuid7_day(delivery.event_id)
        raise ConflictError(
            "event_archived",
            f"The event is archived. It can be sent again once the operator has restored the archive of {day}.",
        )


def retry_deliveries(*, deliveries: Iterable[WebhookDelivery], actor: Principal) -> tuple[int, int]:
    """Retry many; return how many were, and how many could not be."""
    retried = refused = 0
    for delivery in deliveries:
        try:
            retry_delivery(delivery=delivery, actor=actor)
            retried += 1
        except ConflictError:
            refused += 1
    return retried, refused


def get_deliveries(*, webhook: WebhookEndpoint, **filters: Any) -> WebhookDeliveryQuerySet:
    """The delivery history of an endpoint, newest first; `filters` are those of WebhookDeliveryQuerySet.narrowed."""
    deliveries: WebhookDeliveryQuerySet = WebhookDelivery.objects.filter(endpoint=webhook).with_events()
    return deliveries.narrowed(**filters)


def process_pending_deliveries(*, deadline: float = 15.0) -> int:
    """One pass: send everything that is due now and may be sent; return how many requests were made.

    `manage.py deliver` does this for ever; this is for tests, scripts and a cron job in an emergency.
    """
    dispatcher = Dispatcher(lease=deadline + 5.0, on_gone=lambda endpoint: disable_gone_endpoint(endpoint_id=endpoint))
    sender = Sender()
    sent = 0
    give_up_at = time.monotonic() + deadline + 5.0
    try:
        while True:
            claims = dispatcher.claim()
            for claim in claims:
                sender.submit(build_request(claim, deadline=deadline), claim)
            sent += len(claims)
            if not dispatcher.in_flight:
                return sent
            outcomes = [judge(claim, response) for claim, response in sender.run(1.0)]
            if outcomes:
                dispatcher.finish(outcomes)
            elif time.monotonic() > give_up_at:
                return sent
    finally:
        sender.close()
