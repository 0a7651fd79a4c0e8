"""A live endpoint gives a signed challenge back before it is sent events."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connection
from django.test import Client
from pytest_django import Settings
from rest_framework.test import APIClient

from common.principal import SYSTEM
from events.models import EventType, PlatformEvent
from integrations.models import Integration
from partners.models import User
from tests.receivers import Answer, Received, Receiver, reply
from tests.webhooks.conftest import make_integration
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.ownership import needs_proof
from webhooks.payload import with_signature
from webhooks.services.deliveries import process_pending_deliveries
from webhooks.services.endpoints import register_webhook, update_webhook
from webhooks.services.ownership import challenge_unproven
from webhooks.signing import body_signature, standard_signature

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def everywhere(settings: Settings) -> None:
    """Challenge the loopback receivers of these tests too."""
    settings.WEBHOOK_OWNERSHIP_CHECK = "always"


@pytest.fixture
def receiver(receiver: Receiver) -> Receiver:
    """One that gives the challenge back."""
    receiver.answer = give_back
    return receiver


@pytest.fixture
def registered(integration: Integration, receiver: Receiver, lead_created: EventType) -> WebhookEndpoint:
    """An endpoint just registered at the receiver."""
    return register_webhook(
        integration=integration, endpoint_url=receiver.url, subscribed_events=["lead.*"], actor=SYSTEM
    )


def give_back(client: socket.socket, request: Received) -> bool:
    """What docs/webhooks.md tells a receiver to answer."""
    challenge = json.loads(request.body)["data"].get("challenge")
    body = b"" if challenge is None else json.dumps({"challenge": challenge}).encode()
    return reply(200, body)(client, request)


def bare(client: socket.socket, request: Received) -> bool:
    """The same in plain text."""
    return reply(202, json.loads(request.body)["data"]["challenge"].encode() + b"\n")(client, request)


def mirror(client: socket.socket, request: Received) -> bool:
    """A server that sends back whatever it is sent."""
    return reply(200, request.body)(client, request)


def assert_signed(request: Received, secret: str) -> None:
    """Both signatures are those of the secret."""
    body = json.loads(request.body)
    content = request.body.decode().rpartition(',"signature":')[0] + "}"
    assert body["signature"] == request.headers["x-webhook-signature"] == body_signature(content.encode(), secret)
    assert with_signature(content, body["signature"]) == request.body
    assert request.headers["webhook-signature"] == standard_signature(
        message_id=request.headers["webhook-id"],
        timestamp=int(request.headers["webhook-timestamp"]),
        body=request.body,
        keys=[secret],
    )


def test_events_are_held_until_the_challenge_is_answered(
    registered: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    assert (registered.unproven, registered.ownership_status) == (True, "pending")
    event = publish()
    assert process_pending_deliveries() == 0
    held = WebhookDelivery.objects.get()
    assert (held.status, held.due_at, held.attempt_number) == ("pending", None, 0)
    assert receiver.requests == []
    assert challenge_unproven() == 1
    (challenge,) = receiver.requests
    assert challenge.headers["x-webhook-event"] == "webhook.challenge"
    assert challenge.headers["x-webhook-challenge"] == "true"
    body = json.loads(challenge.body)
    assert (body["event"], list(body["data"])) == ("webhook.challenge", ["challenge"])
    assert_signed(challenge, registered.webhook_secret)
    registered.refresh_from_db()
    assert (registered.unproven, registered.ownership_status) == (False, "verified")
    assert registered.verified_at is not None
    assert process_pending_deliveries() == 1
    assert receiver.requests[1].headers["webhook-id"] == event.public_id
    assert receiver.requests[1].headers["x-webhook-attempt"] == "1"
    assert challenge_unproven() == 0


def test_a_refusal_keeps_holding(registered: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    receiver.answer = reply(404)
    publish()
    assert challenge_unproven() == 0
    registered.refresh_from_db()
    assert (registered.ownership_status, registered.ownership_error) == ("failed", "HTTP 404")
    assert process_pending_deliveries() == 0
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempt_number, delivery.attempts.count()) == ("pending", 0, 0)
    assert registered.failing_since is None


@pytest.mark.parametrize(
    "answer",
    [
        reply(200),
        reply(204),
        reply(200, b"ok"),
        reply(200, b'{"challenge": "another"}'),
        reply(200, b'{"challenge": null}'),
        reply(200, b'{"challenge": "\\ud800"}'),
        reply(200, b"[" * 9000),
        reply(200, b"\xff"),
        mirror,
    ],
    ids=range(9),
)
def test_an_answer_without_the_challenge_proves_nothing(
    registered: WebhookEndpoint, receiver: Receiver, publish: Publish, answer: Answer
) -> None:
    receiver.answer = answer
    publish()
    assert challenge_unproven() == 0
    registered.refresh_from_db()
    assert (registered.unproven, registered.verified_at, registered.ownership_status) == (True, None, "failed")
    assert registered.ownership_error.startswith("HTTP 20")
    assert registered.ownership_error.endswith(" without the challenge")
    assert process_pending_deliveries() == 0
    assert WebhookDelivery.objects.get().due_at is None


def test_each_challenge_is_another(registered: WebhookEndpoint, receiver: Receiver) -> None:
    receiver.answer = reply(503)
    challenge_unproven()
    first = json.loads(receiver.requests[0].body)["data"]["challenge"]
    receiver.answer = reply(200, json.dumps({"challenge": first}).encode())
    assert challenge_unproven() == 0
    receiver.answer = bare
    assert challenge_unproven() == 1
    registered.refresh_from_db()
    assert (registered.ownership_status, registered.ownership_error) == ("verified", "")


def test_a_new_address_is_challenged_again(registered: WebhookEndpoint, receiver: Receiver, publish: Publish) -> None:
    challenge_unproven()
    event = publish()
    moved = update_webhook(webhook=registered, endpoint_url=f"{receiver.url}/new", actor=SYSTEM)
    assert moved.ownership_status == "pending"
    assert process_pending_deliveries() == 0  # what was due is held, its attempt given back
    assert WebhookDelivery.objects.get(event=event).attempt_number == 0
    update_webhook(webhook=registered, description="the same address", actor=SYSTEM)
    assert challenge_unproven() == 1
    assert process_pending_deliveries() == 1
    assert [request.path for request in receiver.requests] == ["/hook", "/hook/new", "/hook/new"]


def test_verify_again_over_http(
    api: Api, acme_key: str, globex_key: str, registered: WebhookEndpoint, receiver: Receiver
) -> None:
    path = f"/api/webhooks/{registered.id}"
    receiver.answer = reply(500)
    failed = api(acme_key).post(f"{path}/verify")
    assert failed.status_code == 200
    body = failed.json()["data"]
    assert (body["ownershipStatus"], body["ownershipError"], body["verifiedAt"]) == ("failed", "HTTP 500", None)
    test = api(acme_key).post(f"{path}/test")
    assert (test.status_code, test.json()["code"]) == (409, "endpoint_unproven")
    assert api(globex_key).post(f"{path}/verify").status_code == 404
    receiver.answer = give_back
    assert api(acme_key).post(f"{path}/verify").json()["data"]["ownershipStatus"] == "verified"
    assert len(receiver.requests) == 2
    assert api(acme_key).post(f"{path}/verify").json()["data"]["ownershipStatus"] == "verified"
    assert len(receiver.requests) == 2  # nothing left to prove


def test_those_that_hang_hold_up_nobody(integration: Integration, receiver: Receiver, lead_created: EventType) -> None:
    together = threading.Barrier(3)

    def when_all_are_asked(client: socket.socket, request: Received) -> bool:
        together.wait(4)
        return give_back(client, request)

    receiver.answer = when_all_are_asked
    for path in ("a", "b", "c"):
        register_webhook(
            integration=integration, endpoint_url=f"{receiver.url}/{path}", subscribed_events=["*"], actor=SYSTEM
        )
    assert challenge_unproven() == 3


def test_one_at_a_time(api: Api, acme_key: str, registered: WebhookEndpoint, receiver: Receiver) -> None:
    asked, answer = threading.Event(), threading.Event()

    def slowly(client: socket.socket, request: Received) -> bool:
        asked.set()
        answer.wait(4)
        return give_back(client, request)

    def verify() -> str:
        try:
            return str(api(acme_key).post(path).json()["data"]["ownershipStatus"])
        finally:
            connection.close()

    receiver.answer = slowly
    path = f"/api/webhooks/{registered.id}/verify"
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(verify)
        asked.wait(4)
        second = api(acme_key).post(path)
        answer.set()
        assert first.result() == "verified"
    assert (second.status_code, second.json()["code"], second["Retry-After"]) == (429, "throttled", "6")
    assert len(receiver.requests) == 1
    assert api(acme_key).post(path).status_code == 200


def test_the_portal_says_so_and_verifies(alice: User, registered: WebhookEndpoint, receiver: Receiver) -> None:
    client = Client()
    client.force_login(alice)
    receiver.answer = reply(403)
    answer = client.post(f"/webhooks/{registered.id}/verify", follow=True)
    assert "did not pass (HTTP 403)" in answer.content.decode()
    page = client.get(f"/webhooks/{registered.id}").content.decode()
    assert "Verify again" in page
    assert "Unverified" in client.get("/webhooks").content.decode()
    receiver.answer = give_back
    answer = client.post(f"/webhooks/{registered.id}/verify", follow=True)
    assert "it is verified" in answer.content.decode()
    assert "Verify again" not in answer.content.decode()


def test_who_needs_no_proof(
    settings: Settings, integration: Integration, receiver: Receiver, lead_created: EventType
) -> None:
    assert needs_proof(receiver.url, "live")
    assert not needs_proof(receiver.url, "test")
    settings.WEBHOOK_OWNERSHIP_CHECK = "public"
    assert not needs_proof(receiver.url, "live")  # the operator allowed the network it is in
    assert needs_proof("https://93.184.215.14/hook", "live")
    settings.WEBHOOK_OWNERSHIP_CHECK = "never"
    assert not needs_proof("https://93.184.215.14/hook", "live")
    settings.WEBHOOK_OWNERSHIP_CHECK = "always"
    sandbox = make_integration(integration.application, environment="test")
    created = register_webhook(
        integration=sandbox, endpoint_url=receiver.url, subscribed_events=["lead.*"], actor=SYSTEM
    )
    assert created.ownership_status == "not_required"
