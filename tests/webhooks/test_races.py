"""What two do at once to one endpoint."""

from __future__ import annotations

import threading
from collections.abc import Callable

import pytest
from django.db import connection, transaction
from rest_framework.test import APIClient

from common.principal import SYSTEM
from events.models import PlatformEvent
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.services import endpoints
from webhooks.services.deliveries import process_pending_deliveries
from webhooks.services.endpoints import delete_webhook

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
def test_a_long_log_goes_in_parts_and_holds_up_nobody(
    endpoint: WebhookEndpoint, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(endpoints, "PURGED_AT_ONCE", 2)
    purge, published = endpoints.purge_deliveries, []
    for _ in range(5):
        publish()
    process_pending_deliveries()

    def purge_and_publish(webhook: WebhookEndpoint) -> int:
        if not connection.in_atomic_block:
            published.append(publish())
        return purge(webhook)

    monkeypatch.setattr(endpoints, "purge_deliveries", purge_and_publish)
    delete_webhook(webhook=endpoint, actor=SYSTEM)

    assert len(published) == 3
    assert (WebhookEndpoint.objects.count(), WebhookDelivery.objects.count(), WebhookAttempt.objects.count()) == (
        0,
    ) * 3
