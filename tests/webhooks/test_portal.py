"""The webhook pages."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from django.utils.html import escape
from pytest_django import Settings
from rest_framework.test import APIClient

from common.principal import Role
from events.models import EventType, PlatformEvent
from integrations.models import Integration
from partners.models import PartnerMember, User
from tests.receivers import Receiver, reply
from tests.webhooks.conftest import make_due
from webhooks.models import DeliveryRecovery, WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """Alice's browser."""
    client.force_login(alice)
    return client


def test_an_endpoint_from_form_to_delivery(
    page: Client, integration: Integration, receiver: Receiver, lead_created: EventType, publish: Publish
) -> None:
    form = {
        "integration": str(integration.id),
        "endpoint_url": receiver.url,
        "subscribed_events": ["lead.created"],
        "custom_headers": "X-Token: abc",
        "payload_filter": '{"status": "received"}',
    }
    answer = page.post("/webhooks/new", form)
    endpoint = WebhookEndpoint.objects.get()
    assert (answer.status_code, answer["Location"]) == (302, f"/webhooks/{endpoint.id}")
    assert endpoint.custom_headers == {"X-Token": "abc"}
    publish()
    process_pending_deliveries()
    assert receiver.requests[0].headers["x-token"] == "abc"
    text = page.get(f"/webhooks/{endpoint.id}").content.decode()
    assert endpoint.webhook_secret in text
    assert "lead.created" in text
    assert "every 2s" not in text
    assert "{&quot;status&quot;: &quot;received&quot;}" in text
    assert "As soon as they happen" in text
    WebhookEndpoint.objects.update(ordered=True, max_in_flight=3, max_per_second=40)
    text = page.get(f"/webhooks/{endpoint.id}").content.decode()
    assert all(words in text for words in ("One after the other for each entity", "3 at once", "40 a second"))
    delivery = WebhookDelivery.objects.get()
    detail = page.get(f"/webhooks/{endpoint.id}/deliveries/{delivery.id}").content.decode()
    assert "X-Webhook-Signature" in detail
    assert f'href="/events/{delivery.event_id}"' in detail
    assert "curl -X POST" in detail
    assert "Retry now" not in detail
    assert receiver.url in page.get("/webhooks").content.decode()


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"endpoint_url": "https://10.0.0.1/"}, "endpoint_url"),
        ({"subscribed_events": []}, "subscribed_events"),
        ({"subscribed_events": ["lead.nothing"]}, "subscribed_events"),
        ({"custom_headers": "nonsense"}, "custom_headers"),
        ({"custom_headers": "webhook-id: x"}, "custom_headers"),
        ({"payload_filter": "[1]"}, "payload_filter"),
        ({"payload_filter": '{"a": {"like": 1}}'}, "payload_filter"),
        ({"payload_filter": '{"score": {"gte": NaN}}'}, "payload_filter"),
        ({"payload_filter": '{"score": {"gte": 1e999}}'}, "payload_filter"),
        ({"payload_filter": r'{"state": {"in": ["a\u0000"]}}'}, "payload_filter"),
        ({"payload_filter": r'{"state": "\ud800"}'}, "payload_filter"),
        ({"payload_filter": r'{"\ud800": 1}'}, "payload_filter"),
        ({"payload_filter": '{"state": "CA", "state": "NV"}'}, "payload_filter"),
        ({"payload_filter": "[" * 100_000}, "payload_filter"),
        ({"field_mapping": r'{"drop": ["\ud800"]}'}, "field_mapping"),
        ({"field_mapping": r'{"rename": {"a": "b\u0000"}}'}, "field_mapping"),
        ({"field_mapping": '{"drop": ["a"], "drop": ["b"]}'}, "field_mapping"),
        ({"custom_headers": "X-Token: a\nX-Token: b"}, "custom_headers"),
        ({"custom_headers": "X-Token: a\nx-token: b"}, "custom_headers"),
    ],
)
def test_refusals_stand_at_their_field(
    page: Client, integration: Integration, lead_created: EventType, settings: Settings, change: object, field: str
) -> None:
    settings.WEBHOOK_ALLOWED_NETWORKS = []
    form = {
        "integration": str(integration.id),
        "endpoint_url": "https://partner.com/",
        "subscribed_events": ["lead.created"],
        **change,  # type: ignore[dict-item]  # (a value of whatever type the test is about)
    }
    answer = page.post("/webhooks/new", form)
    assert answer.status_code == 400
    assert list(answer.context["form"].errors) == [field]
    assert not WebhookEndpoint.objects.exists()


def test_json_that_is_refused_stands_as_it_was_typed(
    page: Client, integration: Integration, lead_created: EventType
) -> None:
    typed = r'{"score": {"gte": 1e999}, "state": "\ud800"}'
    form = {
        "integration": str(integration.id),
        "endpoint_url": "https://partner.com/",
        "subscribed_events": ["lead.created"],
        "payload_filter": typed,
    }
    answer = page.post("/webhooks/new", form)
    assert answer.context["form"].errors == {
        "payload_filter": ["state: Holds a NUL or an unpaired surrogate.", "score.gte: This number is too large."]
    }
    assert escape(typed) in answer.content.decode()


def test_pending_deliveries_refresh_and_can_be_retried(
    page: Client, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    receiver.answer = reply(500)
    publish()
    process_pending_deliveries()
    delivery = WebhookDelivery.objects.get()
    path = f"/webhooks/{endpoint.id}/deliveries/{delivery.id}"
    assert "every 2s" in page.get(path).content.decode()
    assert "every 2s" in page.get(f"/webhooks/{endpoint.id}").content.decode()
    assert "HTTP 500 (1)" in page.get(f"/webhooks/{endpoint.id}").content.decode()
    log = page.get(f"/webhooks/{endpoint.id}/log", {"status": "pending"}).content.decode()
    assert (path in log, "every 2s" in log, "<html" in log) == (True, True, False)
    assert "is failing" in page.get("/").content.decode()
    receiver.answer = reply(200)
    assert page.post(f"{path}/retry").status_code == 302
    assert DeliveryRecovery.objects.get().events.get().delivery_ids == [delivery.id]  # type: ignore[attr-defined]  # (made by pghistory)
    process_pending_deliveries()
    delivery.refresh_from_db()
    assert delivery.status == "delivered"


@pytest.mark.parametrize(("failed", "marked"), [(1, False), (2, True)])
def test_a_failure_rate_above_a_tenth_is_marked(
    page: Client,
    endpoint: WebhookEndpoint,
    publish: Publish,
    fail: Callable[[int], list[WebhookDelivery]],
    failed: int,
    marked: bool,  # noqa: FBT001 (a parameter of the test)
) -> None:
    for _ in range(9):
        publish()
    process_pending_deliveries()
    fail(failed)
    answer = page.get(f"/webhooks/{endpoint.id}")
    assert answer.context["statistics"]["failure_rate"] == failed / (9 + failed)
    _, figure = answer.content.decode().split(">Delivered</dt>")
    assert ("text-danger-ink" in figure.partition("</dl>")[0]) is marked


def test_the_buttons_of_an_endpoint(page: Client, endpoint: WebhookEndpoint) -> None:
    path = f"/webhooks/{endpoint.id}"
    page.post(f"{path}/toggle")
    endpoint.refresh_from_db()
    assert not endpoint.active
    page.post(f"{path}/toggle")
    old = endpoint.webhook_secret
    page.post(f"{path}/rotate", {"overlap_hours": "24"})
    endpoint.refresh_from_db()
    assert (endpoint.active, [one.secret for one in endpoint.signing_besides]) == (True, [old])
    text = page.get(path).content.decode()
    assert ("The secret before this one" in text, "End overlap" in text) == (True, True)
    page.post(f"{path}/end-overlap")
    endpoint.refresh_from_db()
    assert endpoint.signing_besides == []
    assert "signs as well until" not in page.get(path).content.decode()
    page.post(f"{path}/test", {"event": "lead.created"})
    assert WebhookDelivery.objects.get().kind == "test"
    page.post(
        f"{path}/edit", {"endpoint_url": "https://partner.com/", "subscribed_events": ["*"], "description": "new"}
    )
    endpoint.refresh_from_db()
    assert (endpoint.endpoint_url, endpoint.subscribed_events) == ("https://partner.com/", ["*"])
    assert page.post(f"{path}/delete")["Location"] == "/webhooks"
    assert not WebhookEndpoint.objects.exists()


def test_a_stranger_finds_nothing(client: Client, charlie: User, endpoint: WebhookEndpoint) -> None:
    client.force_login(charlie)
    path = f"/webhooks/{endpoint.id}"
    assert client.get(path).status_code == client.get(f"{path}/log").status_code == 404
    for button in ("toggle", "rotate", "delete", "test", "edit", "retry"):
        assert client.post(f"{path}/{button}").status_code == 404
    assert endpoint.endpoint_url not in client.get("/webhooks").content.decode()
    endpoint.refresh_from_db()
    assert endpoint.active


def test_a_viewer_looks_but_sees_no_secret(client: Client, alice: User, bob: User, endpoint: WebhookEndpoint) -> None:
    PartnerMember.objects.filter(user=bob).update(role=Role.VIEWER)
    client.force_login(bob)
    text = client.get(f"/webhooks/{endpoint.id}").content.decode()
    assert endpoint.webhook_secret not in text
    assert client.get("/webhooks/new").status_code == 403
    assert client.get(f"/webhooks/{endpoint.id}/edit").status_code == 403
    assert client.post(f"/webhooks/{endpoint.id}/toggle").status_code == 403


def test_a_viewer_sees_how_a_delivery_went_and_not_what_was_in_it(
    client: Client, api: Api, acme_key: str, bob: User, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    receiver.answer = reply(200, b"thanks, john@example.com")
    publish()
    process_pending_deliveries()
    delivery = WebhookDelivery.objects.get()
    path = f"/webhooks/{endpoint.id}/deliveries/{delivery.id}"

    def shown(caller: str | User) -> list[bool]:
        (attempt,) = api(caller).get(f"/api{path}").json()["data"]["attempts"]
        assert attempt["responseStatus"] == 200
        return ["john@example.com" in attempt[name] for name in ("requestBody", "responseBody")]

    client.force_login(bob)
    assert client.get(path).content.decode().count("john@example.com") > 1
    assert shown(bob) == [True, True]
    PartnerMember.objects.filter(user=bob).update(role=Role.VIEWER)
    page = client.get(path).content.decode()
    assert "john@example.com" not in page
    assert "Your role does not show what was sent." in page
    assert "X-Webhook-Signature" in page
    assert shown(bob) == [False, False]
    assert shown(acme_key) == [True, True]


@pytest.mark.parametrize("body", [rb'{"a": "\ud800"}', b"[" * 9000 + b"]" * 7000])
def test_an_answer_that_is_json_of_a_kind_is_shown_as_it_came(
    page: Client, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, body: bytes
) -> None:
    receiver.answer = reply(200, body)
    publish()
    process_pending_deliveries()
    delivery = WebhookDelivery.objects.get()
    answer = page.get(f"/webhooks/{endpoint.id}/deliveries/{delivery.id}")
    assert answer.status_code == 200
    assert escape(body.decode()) in answer.content.decode()


def test_the_dead_letter_desk(
    client: Client, dana: User, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    receiver.answer = reply(500)
    publish()
    while process_pending_deliveries():
        make_due(WebhookDelivery.objects.get())
    delivery = WebhookDelivery.objects.get()
    client.force_login(dana)
    desk = "/admin/webhooks/webhookdelivery/"
    assert client.get(desk, {"status__exact": "failed"}).status_code == 200
    assert client.get(f"{desk}{delivery.id}/change/").status_code == 200
    assert client.get(f"/admin/webhooks/webhookendpoint/{endpoint.id}/change/").status_code == 200
    assert client.get("/admin/webhooks/webhookattempt/").status_code == 200
    client.post(desk, {"action": "retry", "_selected_action": [str(delivery.id)]})
    delivery.refresh_from_db()
    assert delivery.status == "pending"
