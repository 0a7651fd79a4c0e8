"""Replacing the signing secret: who can verify what arrives, and until when."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from rest_framework.test import APIClient
from standardwebhooks import Webhook, WebhookVerificationError

from common.errors import ConflictError
from common.principal import SYSTEM
from events.models import PlatformEvent
from partners.audit import AuditFilter, read_audit
from partners.models import User
from tests.receivers import Received, Receiver
from tests.webhooks.conftest import delivering
from webhooks.models import WebhookEndpoint
from webhooks.services.deliveries import process_pending_deliveries
from webhooks.services.secrets import MOST_PREVIOUS, rotate_secret

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]


def rotate(client: APIClient, endpoint: WebhookEndpoint, hours: int = 24) -> Any:
    return client.post(f"/api/webhooks/{endpoint.id}/rotate-secret", {"overlapHours": hours})


def verifies(request: Received, secret: str) -> bool:
    """Whether a receiver that knows `secret` takes what arrived."""
    try:
        Webhook(secret).verify(request.body, request.headers)
    except WebhookVerificationError:
        return False
    return True


def let_pass(endpoint: WebhookEndpoint, hours: float) -> None:
    """Bring the ends of the overlaps nearer."""
    endpoint.refresh_from_db()
    endpoint.previous_secrets = [
        [secret, (datetime.fromisoformat(end) - timedelta(hours=hours)).isoformat()]
        for secret, end in endpoint.previous_secrets
    ]
    endpoint.save(update_fields=["previous_secrets"])


def test_every_earlier_secret_signs_to_the_end_of_its_own_overlap(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    client, first = api(acme_key), endpoint.webhook_secret
    second = rotate(client, endpoint, 48).json()["data"]["webhookSecret"]
    third = rotate(client, endpoint, 1).json()["data"]["webhookSecret"]
    secrets = (first, second, third)

    publish()
    process_pending_deliveries()
    let_pass(endpoint, 2)
    publish()
    process_pending_deliveries()
    let_pass(endpoint, 48)
    publish()
    process_pending_deliveries()

    arrived = receiver.wait(3)
    assert [[verifies(request, secret) for secret in secrets] for request in arrived] == [
        [True, True, True],
        [True, False, True],
        [False, False, True],
    ]
    assert [len(request.headers["webhook-signature"].split(" ")) for request in arrived] == [3, 2, 1]


def test_a_running_process_stops_signing_when_an_overlap_ends(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish, transactional_db: None
) -> None:
    first = endpoint.webhook_secret
    second = rotate(api(acme_key), endpoint, 48).json()["data"]["webhookSecret"]
    rotate(api(acme_key), endpoint, 1)
    endpoint.refresh_from_db()
    soon = (timezone.now() + timedelta(seconds=1.5)).isoformat()
    endpoint.previous_secrets = [[second, soon], endpoint.previous_secrets[1]]
    endpoint.save(update_fields=["previous_secrets"])
    with delivering():
        publish()
        receiver.wait(1)
        while timezone.now() < datetime.fromisoformat(soon):
            threading.Event().wait(0.1)
        publish()
        before, after = receiver.wait(2)
    assert [(verifies(one, first), verifies(one, second)) for one in (before, after)] == [(True, True), (True, False)]


def test_what_the_owner_is_told(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    client = api(acme_key)
    rotate(client, endpoint, 48)
    response = rotate(client, endpoint, 2)
    told = response.json()["data"]
    endpoint.refresh_from_db()
    assert response.status_code == 200
    assert told["webhookSecret"] == endpoint.webhook_secret
    ends = [datetime.fromisoformat(one["expiresAt"]) for one in told["previousSecrets"]]
    hours = [round((end - timezone.now()).total_seconds() / 3600, 2) for end in ends]
    assert (hours, told["previousSecretExpiresAt"]) == ([2.0, 48.0], told["previousSecrets"][0]["expiresAt"])
    shown = client.get(f"/api/webhooks/{endpoint.id}").json()["data"]
    assert shown["previousSecrets"] == told["previousSecrets"]
    assert shown["previousSecretExpiresAt"] == told["previousSecrets"][1]["expiresAt"]
    assert endpoint.secret_rotated_at is not None
    assert datetime.fromisoformat(shown["secretRotatedAt"]) == endpoint.secret_rotated_at
    assert not any(secret in str(shown) for secret, _ in endpoint.previous_secrets)
    let_pass(endpoint, 100)
    shown = client.get(f"/api/webhooks/{endpoint.id}").json()["data"]
    assert (shown["previousSecrets"], shown["previousSecretExpiresAt"]) == ([], None)


def test_without_an_overlap_the_replaced_secret_alone_stops(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    client, first = api(acme_key), endpoint.webhook_secret
    second = rotate(client, endpoint, 24).json()["data"]["webhookSecret"]
    response = rotate(client, endpoint, 0).json()["data"]
    assert (response["previousSecretExpiresAt"], len(response["previousSecrets"])) == (None, 1)
    publish()
    process_pending_deliveries()
    (request,) = receiver.wait(1)
    known = (first, second, response["webhookSecret"])
    assert [verifies(request, secret) for secret in known] == [True, False, True]


def test_an_overlap_can_be_ended(
    api: Api, acme_key: str, globex_key: str, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    client, first = api(acme_key), endpoint.webhook_secret
    rotate(client, endpoint)
    path = f"/api/webhooks/{endpoint.id}/end-overlap"
    assert api(globex_key).post(path).status_code == 404
    endpoint.refresh_from_db()
    assert len(endpoint.signing_besides) == 1

    for _ in range(2):  # the second changes nothing
        ended = client.post(path)
        assert (ended.status_code, ended.json()["data"]["previousSecrets"]) == (200, [])

    publish()
    process_pending_deliveries()
    (request,) = receiver.wait(1)
    endpoint.refresh_from_db()
    assert (verifies(request, first), verifies(request, endpoint.webhook_secret)) == (False, True)


def test_no_more_than_five_sign_besides(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    client = api(acme_key)
    for hours in (30, 3, 20, 40, 10):
        assert rotate(client, endpoint, hours).status_code == 200
    endpoint.refresh_from_db()
    current, kept = endpoint.webhook_secret, endpoint.previous_secrets
    first = min(one.expires_at for one in endpoint.signing_besides)

    refused = rotate(client, endpoint)

    assert (refused.status_code, refused.json()["code"]) == (409, "too_many_secrets")
    assert f"from {first:%Y-%m-%dT%H:%M:%SZ} on" in refused.json()["detail"]
    endpoint.refresh_from_db()
    assert (endpoint.webhook_secret, endpoint.previous_secrets) == (current, kept)
    assert rotate(client, endpoint, 0).status_code == 200
    let_pass(endpoint, 4)
    assert rotate(client, endpoint).status_code == 200
    endpoint.refresh_from_db()
    assert len(endpoint.previous_secrets) == MOST_PREVIOUS


def test_it_is_on_record_who_replaced_it(api: Api, bob: User, endpoint: WebhookEndpoint) -> None:
    rotate(api(bob), endpoint, 0)
    (change,) = read_audit(
        AuditFilter(partner_id=endpoint.partner_id, actor=bob.email, noun="webhooks.webhookendpoint")
    )
    assert [(one.field, one.hidden) for one in change.changes] == [("secret rotated at", True)]


@pytest.mark.django_db(transaction=True)
def test_two_who_rotate_at_once_lose_no_secret(endpoint: WebhookEndpoint) -> None:
    first = endpoint.webhook_secret
    made: list[str] = []

    def rotate_now() -> None:
        try:
            made.append(rotate_secret(webhook=endpoint, actor=SYSTEM).webhook_secret)
            made.append(rotate_secret(webhook=endpoint, actor=SYSTEM).webhook_secret)
        except ConflictError as refusal:
            made.append(refusal.code)
        finally:
            connection.close()

    threads = [threading.Thread(target=rotate_now) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    endpoint.refresh_from_db()
    known = {endpoint.webhook_secret, *(one.secret for one in endpoint.signing_besides)}
    assert made.count("too_many_secrets") == 1
    assert known == {first, *made} - {"too_many_secrets"}
