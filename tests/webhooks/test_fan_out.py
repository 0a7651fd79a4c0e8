"""Who gets an event."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone

from applications.models import PartnerApplication
from applications.selectors import scopes_in_use
from common.principal import SYSTEM
from events.models import EventType, PlatformEvent
from events.services.catalogue import cache as event_type_cache
from integrations.models import Integration
from partners.models import Partner
from tests.conftest import make_application
from tests.receivers import Receiver
from tests.webhooks.conftest import make_endpoint, make_integration
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries
from webhooks.services.endpoints import update_webhook
from webhooks.services.fanout import deliver_event
from webhooks.sql import OWNERS_MAY_SUBSCRIBE

Publish = Callable[..., PlatformEvent]


def takers() -> int:
    return WebhookDelivery.objects.count()


@pytest.mark.parametrize(
    ("subscription", "takes"),
    [("lead.created", True), ("lead.*", True), ("*", True), ("lead.updated", False), ("policy.*", False)],
)
def test_by_subscription(
    integration: Integration,
    publish: Publish,
    subscription: str,
    takes: bool,  # noqa: FBT001 (a table's column)
) -> None:
    make_endpoint(integration, "https://partner.com/", subscribed_events=["claim.filed", subscription])
    publish()
    assert takers() == takes


def test_modes_never_meet(application: PartnerApplication, integration: Integration, publish: Publish) -> None:
    make_endpoint(integration, "https://partner.com/live")
    make_endpoint(make_integration(application, environment="test"), "https://partner.com/test")
    publish(environment="test")
    assert [delivery.endpoint.environment for delivery in WebhookDelivery.objects.all()] == ["test"]
    publish()
    assert takers() == 2


def test_a_scope_the_review_did_not_grant(acme: Partner, publish: Publish) -> None:
    narrow = make_application(acme, "Narrow", approved_permissions=["read:claims"], permissions=["read:leads"])
    make_endpoint(make_integration(narrow), "https://partner.com/live")
    make_endpoint(make_integration(narrow, environment="test"), "https://partner.com/test")
    publish()
    assert takers() == 0
    publish(environment="test")  # the sandbox goes by what was asked for
    assert takers() == 1


@pytest.mark.parametrize("environment", ["live", "test"])
def test_a_scope_that_the_tier_withholds(
    acme: Partner, lead_created: EventType, publish: Publish, environment: str
) -> None:
    scopes = ["read:claims"]
    application = make_application(acme, "Claims", approved_permissions=scopes, permissions=scopes)
    make_endpoint(make_integration(application, environment=environment), "https://partner.com/")
    EventType.objects.filter(pk=lead_created.pk).update(required_scope="read:claims")
    event_type_cache.clear()
    assert scopes_in_use(acme.id)[environment] == {"read:claims"}
    publish(environment=environment)
    assert takers() == 1
    Partner.objects.filter(pk=acme.pk).update(tier=Partner.Tier.BASIC)
    publish(environment=environment)
    assert takers() == 1
    assert scopes_in_use(acme.id)[environment] == set()


def test_an_addressed_event(globex: Partner, integration: Integration, publish: Publish) -> None:
    make_endpoint(integration, "https://acme.com/")
    make_endpoint(make_integration(make_application(globex, "Feed")), "https://globex.com/")
    publish(partner_id=globex.id)
    assert [delivery.endpoint.endpoint_url for delivery in WebhookDelivery.objects.all()] == ["https://globex.com/"]
    publish()
    assert takers() == 3


@pytest.mark.parametrize("environment", ["live", "test"])
def test_states_agree_with_the_models(acme: Partner, application: PartnerApplication, environment: str) -> None:
    make_endpoint(make_integration(application, environment=environment), "https://partner.com/")
    states = itertools.product(
        Partner.Status.values,
        PartnerApplication.Status.values,
        [Integration.Status.ACTIVE, Integration.Status.INACTIVE],
    )
    now = timezone.now()
    lives: list[dict[str, Any]] = [
        {"deleted_at": deleted, "sunset_date": None if days is None else now.date() + timedelta(days=days)}
        for deleted, days in ((None, None), (now, None), (None, 1), (None, 0), (None, -1))
    ]
    for (acme.status, application.status, integration_status), life, acme.deleted_at in itertools.product(
        states, lives, (None, now)
    ):
        application.deleted_at, application.sunset_date = life["deleted_at"], life["sunset_date"]
        with connection.cursor() as cursor:
            cursor.execute(
                f"SELECT {OWNERS_MAY_SUBSCRIBE} FROM (SELECT %s AS environment) w, (SELECT %s AS status) i,"  # noqa: S608 (constants of ours)
                " (SELECT %s AS status, %s::timestamptz AS deleted_at, %s::date AS sunset_date) a,"
                " (SELECT %s AS status, %s::timestamptz AS deleted_at) p",
                [environment, integration_status, application.status, *life.values(), acme.status, acme.deleted_at],
            )
            (usable,) = cursor.fetchone()
        integration = Integration(status=integration_status, application=application)
        endpoint = WebhookEndpoint(partner=acme, integration=integration, environment=environment)
        assert usable is not bool(endpoint.pause)
        allowed = acme.allows(environment) and application.allows(environment)
        assert usable == (allowed and integration_status != "inactive"), (acme.status, application.status, life)


@pytest.mark.parametrize("change", [{"deleted": True}, {"sunset": True}])
def test_an_application_that_is_gone_gets_nothing_more(
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    application: PartnerApplication,
    publish: Publish,
    change: dict[str, bool],
) -> None:
    publish()
    waiting = WebhookDelivery.objects.get()
    now = timezone.now()
    gone = {"deleted_at": now} if "deleted" in change else {"status": "deprecated", "sunset_date": now.date()}
    PartnerApplication.objects.filter(pk=application.pk).update(**gone)

    publish()

    assert takers() == 1
    assert process_pending_deliveries() == 0
    waiting.refresh_from_db()
    assert (waiting.status, waiting.due_at, waiting.attempt_number, receiver.requests) == ("pending", None, 0, [])


def test_a_payload_filter(integration: Integration, publish: Publish) -> None:
    make_endpoint(integration, "https://a.com/", payload_filter={"score": {"gte": 0.5}, "status": "received"})
    make_endpoint(integration, "https://b.com/", payload_filter={"score": {"gt": 0.5}})
    make_endpoint(integration, "https://c.com/")
    publish()
    urls = sorted(delivery.endpoint.endpoint_url for delivery in WebhookDelivery.objects.all())
    assert urls == ["https://a.com/", "https://c.com/"]


def test_delivering_an_event_again_changes_nothing(endpoint: WebhookEndpoint, publish: Publish) -> None:
    event = publish()
    assert deliver_event(event=event) == 0
    assert takers() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_deliveries_back(endpoint: WebhookEndpoint, publish: Publish) -> None:
    with transaction.atomic():
        publish()
        transaction.set_rollback(True)
    assert (takers(), PlatformEvent.objects.count()) == (0, 0)


def test_an_owner_that_switches_off_gets_nothing(endpoint: WebhookEndpoint, publish: Publish) -> None:
    update_webhook(webhook=endpoint, active=False, actor=SYSTEM)
    publish()
    assert takers() == 0


def test_events_are_held_while_the_platform_switched_it_off(
    endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    WebhookEndpoint.objects.update(active=False, disabled_reason="failing for five days")
    publish()
    assert process_pending_deliveries() == 0
    held = WebhookDelivery.objects.get()
    assert (held.status, held.due_at, held.attempt_number) == ("pending", None, 0)
    update_webhook(webhook=endpoint, active=True, actor=SYSTEM)
    assert process_pending_deliveries() == 1
    assert len(receiver.requests) == 1


def test_a_suspension_holds_what_is_under_way_without_using_up_attempts(
    acme: Partner, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    publish()
    Partner.objects.update(status="suspended")
    assert process_pending_deliveries() == 0
    held = WebhookDelivery.objects.get()
    assert (held.status, held.due_at, held.attempt_number, held.lease_token) == ("pending", None, 0, None)
    Partner.objects.update(status="active")
    assert process_pending_deliveries() == 1
    held.refresh_from_db()
    assert (held.status, held.attempt_number) == ("delivered", 1)


def test_one_statement_whatever_the_number_of_endpoints(
    integration: Integration, publish: Publish, lead_created: EventType
) -> None:
    publish()
    counts = []
    for _ in range(2):
        for number in range(5):
            make_endpoint(integration, f"https://partner.com/{number}")
        connection.force_debug_cursor = True
        connection.queries_log.clear()
        publish()
        counts.append(len(connection.queries_log))
        connection.force_debug_cursor = False
    assert takers() == 15
    assert counts[0] == counts[1]
