"""Changing, rotating, testing and deleting endpoints."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from events.models import EventType, PlatformEvent
from integrations.models import Integration
from partners.models import User
from tests.receivers import Receiver
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]


def test_patch_changes_what_is_named(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    path = f"/api/webhooks/{endpoint.id}"
    response = api(acme_key).patch(path, {"active": False, "customHeaders": {"X-Token": "t0ken"}})
    assert response.status_code == 200
    data = response.json()["data"]
    assert (data["active"], data["customHeaderNames"], data["subscribedEvents"]) == (False, ["X-Token"], ["lead.*"])
    assert "t0ken" not in response.content.decode()


def test_put_resets_what_is_left_out(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    client = api(acme_key)
    path = f"/api/webhooks/{endpoint.id}"
    client.patch(path, {"description": "old", "maxInFlight": 3})
    response = client.put(path, {"endpointUrl": endpoint.endpoint_url, "subscribedEvents": ["lead.created"]})
    data = response.json()["data"]
    assert (data["description"], data["maxInFlight"], data["subscribedEvents"]) == ("", None, ["lead.created"])


def test_what_was_read_can_be_put_back(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    client = api(acme_key)
    path = f"/api/webhooks/{endpoint.id}"
    found = client.get(path).json()["data"]
    created_with = ("integrationId", "endpointUrl", "subscribedEvents", "active", "payloadFilter", "maxInFlight")
    body = {name: found[name] for name in created_with}

    response = client.put(path, {**body, "description": "Leads"})
    assert (response.status_code, response.json()["data"]["description"]) == (200, "Leads")
    assert response.json()["data"]["integrationId"] == found["integrationId"]

    for method in (client.put, client.patch):
        response = method(path, {**body, "integrationId": str(uuid.UUID(int=1)), "description": "moved"})
        assert response.status_code == 400
        errors = [(row["field"], row["code"]) for row in response.json()["errors"]]
        assert errors == [("integrationId", "fixed")]
    endpoint.refresh_from_db()
    assert endpoint.description == "Leads"


def test_what_was_retired_since_stands_in_the_way_of_nothing(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, client: Client, alice: User
) -> None:
    old = EventType.objects.create(event_name="quote.made", description="A quote.", event_category="custom")
    WebhookEndpoint.objects.update(subscribed_events=["quote.made", "lead.*"])
    EventType.objects.filter(pk=old.pk).update(active=False)
    path = f"/api/webhooks/{endpoint.id}"

    off = api(acme_key).patch(path, {"active": False, "description": "Quotes"})
    more = api(acme_key).patch(path, {"subscribedEvents": ["quote.made", "lead.*", "claim.filed"]})
    refused = api(acme_key).patch(path, {"subscribedEvents": ["quote.made", "quote.lost"]})

    assert (off.status_code, off.json()["data"]["active"]) == (200, False)
    assert more.status_code == 200
    assert [(row["field"], row["code"]) for row in refused.json()["errors"]] == [
        ("subscribedEvents.1", "unknown_event")
    ]
    client.force_login(alice)
    page = client.get(f"/webhooks/{endpoint.id}/edit").content.decode()
    assert "quote.made (retired)" in page
    form = {"endpoint_url": endpoint.endpoint_url, "subscribed_events": ["quote.made", "lead.*"]}
    assert client.post(f"/webhooks/{endpoint.id}/edit", form).status_code == 302
    endpoint.refresh_from_db()
    assert endpoint.subscribed_events == ["quote.made", "lead.*"]


def test_a_stranger_finds_nothing(api: Api, globex_key: str, charlie: User, endpoint: WebhookEndpoint) -> None:
    path = f"/api/webhooks/{endpoint.id}"
    for client in (api(globex_key), api(charlie)):
        assert client.get(path).status_code == 404
        assert client.patch(path, {"active": False}).status_code == 404
        assert client.delete(path).status_code == 404
        assert client.post(f"{path}/test").status_code == 404
        assert client.post(f"{path}/rotate-secret").status_code == 404
        assert client.get(f"{path}/deliveries").status_code == 404
        assert client.get("/api/webhooks").json()["data"] == []
    endpoint.refresh_from_db()
    assert endpoint.active
    assert not WebhookDelivery.objects.exists()


def test_a_test_event_is_really_sent(api: Api, acme_key: str, endpoint: WebhookEndpoint, receiver: Receiver) -> None:
    response = api(acme_key).post(f"/api/webhooks/{endpoint.id}/test", {"event": "lead.created"})
    assert response.status_code == 200
    data = response.json()["data"]
    assert (data["kind"], data["status"], data["event"]) == ("test", "pending", "lead.created")
    assert process_pending_deliveries() == 1
    request = receiver.wait(1)[0]
    assert request.headers["x-webhook-test"] == "true"
    assert request.headers["x-webhook-event"] == "lead.created"
    path = f"/api/webhooks/{endpoint.id}/deliveries/{data['id']}"
    shown = api(acme_key).get(path).json()["data"]
    assert (shown["status"], shown["responseStatus"]) == ("delivered", 200)
    assert shown["attempts"][0]["requestBody"].encode() == request.body
    assert shown["attempts"][0]["requestHeaders"]["webhook-signature"] == request.headers["webhook-signature"]


def test_an_inactive_endpoint_is_not_tested(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    WebhookEndpoint.objects.update(active=False)
    response = api(acme_key).post(f"/api/webhooks/{endpoint.id}/test")
    assert (response.status_code, response.json()["code"]) == (409, "endpoint_inactive")
    assert not WebhookDelivery.objects.exists()


@pytest.mark.parametrize(
    ("change", "what", "words"),
    [
        (lambda: Integration.objects.update(status="inactive"), "integration", "CRM, is switched off"),
        (lambda: PartnerApplication.objects.update(status="suspended"), "application", "Quote Sync, may not receive"),
    ],
)
def test_a_paused_endpoint_says_so_and_is_not_tested(
    api: Api,
    acme_key: str,
    alice: User,
    client: Client,
    endpoint: WebhookEndpoint,
    change: Callable[[], int],
    what: str,
    words: str,
) -> None:
    change()
    client.force_login(alice)
    refused = api(alice).post(f"/api/webhooks/{endpoint.id}/test")
    assert (refused.status_code, refused.json()["code"]) == (409, "endpoint_paused")
    assert refused.json()["detail"] == f"Its {what} may not receive events now."
    assert not WebhookDelivery.objects.exists()
    page = " ".join(client.get(f"/webhooks/{endpoint.id}").content.decode().split())
    assert ("This endpoint gets no events now" in page, words in page) == (True, True)
    assert "Paused" in client.get("/webhooks").content.decode()


def test_delete_takes_the_log_along(api: Api, acme_key: str, endpoint: WebhookEndpoint, publish: Publish) -> None:
    publish()
    process_pending_deliveries()
    assert WebhookAttempt.objects.count() == 1
    path = f"/api/webhooks/{endpoint.id}"
    assert api(acme_key).delete(path).status_code == 204
    assert api(acme_key).get(path).status_code == 404
    assert (WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (0, 0)
    assert PlatformEvent.objects.filter(event_type__event_name="lead.created").count() == 1


@pytest.mark.parametrize("path", ["", "/deliveries", "/statistics"])
def test_an_unknown_id(api: Api, acme_key: str, path: str, db: None) -> None:
    for key in ("01a20b6e-0000-7000-8000-000000000000", "nonsense"):
        assert api(acme_key).get(f"/api/webhooks/{key}{path}").status_code == 404
