"""What two do at once to one endpoint."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from common.principal import SYSTEM
from events.models import EventType, PlatformEvent
from integrations.models import Integration
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.endpoints import register_webhook, update_webhook
from webhooks.services.removal import delete_webhook

Publish = Callable[..., PlatformEvent]


@pytest.mark.django_db(transaction=True)
def test_deleting_an_endpoint_fails_nobody_who_publishes(endpoint: WebhookEndpoint, publish: Publish) -> None:
    deleted = threading.Event()

    def delete() -> None:
        delete_webhook(webhook=endpoint, actor=SYSTEM)
        deleted.set()
        connection.close()

    with transaction.atomic():
        event = publish()
        thread = threading.Thread(target=delete)
        thread.start()
        deleted.wait(0.5)
    thread.join(10)

    assert deleted.is_set()
    assert PlatformEvent.objects.filter(pk=event.pk).exists()
    assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count()) == (0, 0)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_delete_one_finds_nothing(
    endpoint: WebhookEndpoint, publish: Publish, api: Callable[..., APIClient], acme_key: str
) -> None:
    statuses: list[int] = []

    def delete() -> None:
        statuses.append(api(acme_key).delete(f"/api/webhooks/{endpoint.id}").status_code)
        connection.close()

    threads = [threading.Thread(target=delete) for _ in range(2)]
    with transaction.atomic():
        publish()  # both come as far as the lock, and wait
        for thread in threads:
            thread.start()
        threads[0].join(0.5)
    for thread in threads:
        thread.join(10)

    assert sorted(statuses) == [204, 404]
    assert not WebhookDelivery.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_row_is_locked_while_a_name_is_resolved(
    monkeypatch: pytest.MonkeyPatch, integration: Integration, lead_created: EventType
) -> None:
    within: list[bool] = []

    real = socket.getaddrinfo

    def resolve(host: str, *args: Any, **kwargs: Any) -> Any:
        if not host.endswith(".example.com"):
            return real(host, *args, **kwargs)
        within.append(connection.in_atomic_block)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", 0))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    endpoint = register_webhook(
        integration=integration, endpoint_url="http://a.example.com/", subscribed_events=["*"], actor=SYSTEM
    )
    update_webhook(webhook=endpoint, endpoint_url="http://b.example.com/", actor=SYSTEM)
    monkeypatch.undo()
    assert within != []
    assert not any(within)
    assert WebhookEndpoint.objects.get().endpoint_url == "http://b.example.com/"
