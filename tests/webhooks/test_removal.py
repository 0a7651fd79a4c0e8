"""Removing an endpoint: gone at once for whoever looks, its log in the request or, when long, by a job."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from common.principal import SYSTEM
from events.models import PlatformEvent
from integrations.models import Integration
from partners.models import User
from tests.webhooks.conftest import make_endpoint
from webhooks.actors import go_on_with_removals, remove_webhook
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.selectors import count_endpoints
from webhooks.services import removal
from webhooks.services.deliveries import process_pending_deliveries
from webhooks.services.removal import delete_webhook

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]
pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def removed(endpoint: WebhookEndpoint, publish: Publish, monkeypatch: pytest.MonkeyPatch) -> WebhookEndpoint:
    """Deleted by its owner, with a log too long for the request."""
    monkeypatch.setattr(removal, "PURGED_AT_ONCE", 2)
    for _ in range(5):
        publish()
    process_pending_deliveries()
    delete_webhook(webhook=endpoint, actor=SYSTEM)
    return endpoint


def rows() -> tuple[int, int, int]:
    """How many endpoints, deliveries and attempts are stored."""
    return WebhookEndpoint.stored.count(), WebhookDelivery.objects.count(), WebhookAttempt.objects.count()


def test_a_short_log_goes_with_the_request(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, publish: Publish
) -> None:
    publish()
    process_pending_deliveries()
    assert api(acme_key).delete(f"/api/webhooks/{endpoint.id}").status_code == 204
    assert rows() == (0, 0, 0)


def test_the_job_removes_what_is_left(removed: WebhookEndpoint) -> None:
    assert rows() == (1, 3, 3)
    remove_webhook.fn(str(removed.id))
    assert rows() == (0, 0, 0)
    remove_webhook.fn(str(removed.id))  # its message came twice


def test_a_lost_job_is_made_up_for(removed: WebhookEndpoint, integration: Integration) -> None:
    other = make_endpoint(integration, removed.endpoint_url)
    go_on_with_removals.fn()
    assert rows() == (1, 0, 0)
    assert WebhookEndpoint.stored.get() == other


def test_meanwhile_it_is_there_for_nobody(
    api: Api, alice: User, acme_key: str, removed: WebhookEndpoint, publish: Publish, client: Client
) -> None:
    path = f"/api/webhooks/{removed.id}"
    for caller in (alice, acme_key):
        browser = api(caller)
        assert browser.get("/api/webhooks").json()["data"] == []
        assert browser.get(path).status_code == 404
        assert browser.get(f"{path}/deliveries").status_code == 404
        assert browser.delete(path).status_code == 404
    assert api(acme_key).get("/api/webhooks/statistics").json()["data"]["total"] == 0
    client.force_login(alice)
    assert client.get(f"/webhooks/{removed.id}").status_code == 404
    assert str(removed.id) not in client.get("/webhooks").content.decode()
    publish()
    assert rows() == (1, 3, 3)


def test_it_frees_its_place_in_the_tier_at_once(removed: WebhookEndpoint) -> None:
    assert count_endpoints(removed.partner_id) == 0


def test_an_integration_waits_until_it_is_gone(api: Api, acme_key: str, removed: WebhookEndpoint) -> None:
    path = f"/api/integrations/{removed.integration_id}"
    assert (api(acme_key).delete(path).status_code, api(acme_key).get(path).status_code) == (409, 200)
    remove_webhook.fn(str(removed.id))
    assert api(acme_key).delete(path).status_code == 204
