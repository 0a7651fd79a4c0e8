"""A test event is for the endpoint that is tested: it tells of nothing that happened."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from rest_framework.test import APIClient

from events.models import PlatformEvent
from integrations.models import Integration
from partners.models import User
from tests.conftest import portal_principal
from tests.receivers import Receiver
from tests.webhooks.conftest import make_endpoint
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services import deliveries

pytestmark = pytest.mark.django_db
Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]
SINCE = "2020-01-01T00:00:00Z"


@pytest.fixture
def tried(endpoint: WebhookEndpoint, alice: User) -> PlatformEvent:
    """A test of lead.created that Alice sent to her endpoint."""
    cache.clear()
    delivery = deliveries.test_webhook(webhook=endpoint, event_name="lead.created", actor=portal_principal(alice))
    return PlatformEvent.objects.get(pk=delivery.event_id)


def test_the_log_the_timeline_and_the_figures_are_without_it(
    api: Api, acme_key: str, publish: Publish, tried: PlatformEvent
) -> None:
    lead = publish()
    client = api(acme_key)
    about = {"entityType": "webhook", "entityId": tried.entity_id}

    assert [row["id"] for row in client.get("/api/events").json()["data"]] == [str(lead.pk)]
    assert client.get("/api/events/timeline", about).json()["data"] == []
    figures = client.get("/api/events/statistics").json()["data"]
    assert (figures["total"], figures["byEvent"]) == (1, [{"event": "lead.created", "count": 1}])


def test_no_stream_tells_of_it(api: Api, acme_key: str, publish: Publish, tried: PlatformEvent) -> None:
    lead = publish()
    response = api(acme_key).get("/api/events/stream", {"lastEventId": "evt_" + "0" * 32})

    told = b"".join(response.streaming_content).decode()  # type: ignore[attr-defined]  # a streaming response

    assert lead.public_id in told
    assert tried.public_id not in told


def test_it_is_found_by_its_id_and_says_what_it_is(
    api: Api, acme_key: str, globex_key: str, tried: PlatformEvent
) -> None:
    shown = api(acme_key).get(f"/api/events/{tried.public_id}").json()["data"]

    assert (shown["event"], shown["isTest"]) == ("lead.created", True)
    assert api(globex_key).get(f"/api/events/{tried.public_id}").status_code == 404


def test_the_portal_shows_it_marked_and_where_it_is_asked_for_alone(
    client: Client, alice: User, publish: Publish, tried: PlatformEvent
) -> None:
    client.force_login(alice)
    lead = publish()
    for path in ("/events", "/events/live", "/event-types/lead.created"):
        page = client.get(path).content.decode()
        assert f"/events/{lead.pk}" in page
        assert f"/events/{tried.pk}" not in page

    page = client.get(f"/events/{tried.pk}").content.decode()

    assert "Sent to try an endpoint" in page
    assert "Send this event again?" not in page
    assert "Send this event again?" in client.get(f"/events/{lead.pk}").content.decode()


def test_replaying_a_range_leaves_it_out(
    api: Api, acme_key: str, publish: Publish, integration: Integration, receiver: Receiver, tried: PlatformEvent
) -> None:
    make_endpoint(integration, receiver.url)
    lead = publish()
    WebhookDelivery.objects.all().delete()

    answer = api(acme_key).post("/api/events/replay", {"createdAfter": SINCE, "event": "lead.created"})

    assert answer.json() == {"data": {"events": 1, "deliveries": 2}}
    assert set(WebhookDelivery.objects.values_list("event_id", "kind")) == {(lead.pk, "replay")}


def test_replaying_it_is_refused(
    api: Api, acme_key: str, service_key: str, client: Client, alice: User, tried: PlatformEvent
) -> None:
    path, body = f"/api/events/{tried.pk}/replay", {"webhookId": tried.entity_id}
    answers: list[Any] = [api(acme_key).post(path), api(acme_key).post(path, body), api(service_key).post(path)]
    client.force_login(alice)
    answer = client.post(f"/events/{tried.pk}/replay", follow=True)

    assert [(one.status_code, one.json()["code"]) for one in answers] == [(409, "test_event")] * 3
    assert b"A test event is for the endpoint that was tested." in answer.content
    assert list(WebhookDelivery.objects.values_list("event_id", "kind")) == [(tried.pk, "test")]
