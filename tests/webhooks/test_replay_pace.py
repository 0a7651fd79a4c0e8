"""Replays go to each endpoint fifty a second."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from django.db import connection

from common.principal import SYSTEM
from events.models import PlatformEvent
from events.services.replay import Selection, replay_event, replay_events
from integrations.models import Integration
from partners.models import Partner
from tests.conftest import make_application
from tests.receivers import Receiver
from tests.webhooks.conftest import make_endpoint, make_integration
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries

Publish = Callable[..., PlatformEvent]
pytestmark = pytest.mark.django_db
STEP = timedelta(milliseconds=20)


@pytest.fixture
def log(publish: Publish) -> list[PlatformEvent]:
    """Ten events, published before there was any endpoint."""
    return [publish(entity_id=f"lead_{number}") for number in range(10)]


def replay_all(log: list[PlatformEvent], endpoint: WebhookEndpoint | None = None) -> int:
    """Replay the whole log."""
    selection = Selection(since=log[0].created_at - timedelta(seconds=1))
    return replay_events(selection=selection, actor=SYSTEM, endpoint_id=endpoint.pk if endpoint else None).deliveries


def waits(endpoint: WebhookEndpoint) -> list[timedelta]:
    """How long after now each replay goes, the first one first."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT now()")
        (now,) = cursor.fetchone()
    due = WebhookDelivery.objects.filter(endpoint=endpoint, kind="replay").order_by("due_at")
    return [moment - now for moment in due.values_list("due_at", flat=True)]


def test_each_goes_a_fiftieth_of_a_second_after_the_last(log: list[PlatformEvent], integration: Integration) -> None:
    endpoint = make_endpoint(integration, "https://partner.com/")
    assert replay_all(log) == 10
    assert waits(endpoint) == [number * STEP for number in range(10)]
    assert replay_all(log, endpoint) == 10
    assert waits(endpoint) == [number * STEP for number in range(20)]


def test_nobody_waits_for_another(log: list[PlatformEvent], integration: Integration, globex: Partner) -> None:
    mine, other = make_endpoint(integration, "https://a.com/"), make_endpoint(integration, "https://b.com/")
    theirs = make_endpoint(make_integration(make_application(globex)), "https://globex.com/")
    replay_all(log, mine)
    replay_all(log, theirs)
    replay_event(event=log[0], actor=SYSTEM, endpoint_id=other.pk)
    ten = [number * STEP for number in range(10)]
    assert (waits(mine), waits(theirs), waits(other)) == (ten, ten, [timedelta()])


def test_what_nobody_takes_takes_no_time(log: list[PlatformEvent], integration: Integration) -> None:
    assert replay_all(log) == 0
    picky = make_endpoint(integration, "https://partner.com/", payload_filter={"score": {"gt": 5}})
    assert replay_all(log) == 0
    WebhookEndpoint.objects.update(payload_filter={"score": {"gt": 0}})
    assert replay_all(log) == 10
    assert waits(picky) == [number * STEP for number in range(10)]


def test_what_has_gone_holds_up_nothing(log: list[PlatformEvent], integration: Integration, receiver: Receiver) -> None:
    endpoint = make_endpoint(integration, receiver.url)
    replay_all(log)
    gone = WebhookDelivery.objects.all()
    far: datetime = log[0].created_at + timedelta(minutes=16)
    gone.update(attempt_number=1, due_at=far)
    replay_event(event=log[0], actor=SYSTEM, endpoint_id=endpoint.pk)
    assert waits(endpoint)[0] == timedelta()
    gone.update(status="failed")
    replay_event(event=log[0], actor=SYSTEM, endpoint_id=endpoint.pk)
    assert process_pending_deliveries() == 1


def test_events_themselves_go_at_once(log: list[PlatformEvent], integration: Integration, publish: Publish) -> None:
    make_endpoint(integration, "https://partner.com/")
    replay_all(log)
    event = publish()
    with connection.cursor() as cursor:
        cursor.execute("SELECT due_at = now() FROM webhooks_webhookdelivery WHERE event_id = %s", [event.pk])
        assert cursor.fetchone() == (True,)
