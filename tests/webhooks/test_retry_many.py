"""Retrying many deliveries from the log of an endpoint."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.test import Client
from django.utils import timezone

from common.partitions import uuid7_floor
from events.models import PlatformEvent
from partners.audit import AuditFilter, read_audit
from partners.models import PartnerMember, User
from tests.webhooks.conftest import states
from webhooks.models import DeliveryRecovery, WebhookDelivery, WebhookEndpoint
from webhooks.services import recovery as recoveries

Publish = Callable[..., PlatformEvent]
Fail = Callable[..., list[WebhookDelivery]]


@pytest.fixture
def page(client: Client, alice: User) -> Client:
    """Alice's browser."""
    client.force_login(alice)
    return client


def retry(page: Client, endpoint: WebhookEndpoint, which: str, *chosen: WebhookDelivery, **filters: str) -> Any:
    data = {"which": which, "delivery": [str(one.pk) for one in chosen], **filters}
    return page.post(f"/webhooks/{endpoint.id}/retry", data)


def told(answer: Any) -> str:
    """The newest message; no page has shown the earlier ones."""
    return str(list(get_messages(answer.wsgi_request))[-1])


def test_of_the_chosen_the_failed_are_retried_and_the_others_named(
    page: Client, endpoint: WebhookEndpoint, publish: Publish, fail: Fail
) -> None:
    one, two, left = fail(3)
    publish()
    publish()
    delivered, pending = WebhookDelivery.objects.pending().order_by("id")
    WebhookDelivery.objects.filter(pk=delivered.pk).update(status="delivered", attempt_number=1)
    before = states([delivered, pending, left])

    answer = retry(page, endpoint, "selected", one, two, delivered, pending, status="", event="lead.created")

    assert answer["Location"] == f"/webhooks/{endpoint.id}?event=lead.created"
    assert told(answer) == (
        "2 failed deliveries are being tried again. 1 was delivered already. 1 is under way already."
    )
    assert states([one, two]) == [("pending", 5, 6)] * 2
    assert states([delivered, pending, left]) == before
    assert any(entry.noun == "delivery recovery" for entry in read_audit(AuditFilter(partner_id=endpoint.partner_id)))

    again = retry(page, endpoint, "selected", one, delivered)
    assert told(again) == "Nothing to retry. 1 was delivered already. 1 is under way already."
    assert states([one, two]) == [("pending", 5, 6)] * 2


def test_all_that_match_the_filter(page: Client, endpoint: WebhookEndpoint, fail: Fail) -> None:
    failed = fail(3)
    text = page.get(f"/webhooks/{endpoint.id}", {"status": "failed"}).content.decode()
    assert " ".join(text.split()).count("Retry all 3 failed that match") == 1
    assert told(retry(page, endpoint, "matching", event="lead.updated")) == "None of these deliveries has failed."
    assert told(retry(page, endpoint, "matching", status="pending")) == "The filter shows no failed deliveries."
    assert told(retry(page, endpoint, "matching", within="999")) == "Choose at least one delivery."  # and not all
    assert states(failed) == [("failed", 5, 5)] * 3

    answer = retry(page, endpoint, "matching", status="failed")

    assert told(answer) == "3 failed deliveries are being tried again."
    assert states(failed) == [("pending", 5, 6)] * 3


def test_the_bound_is_stated(
    page: Client, endpoint: WebhookEndpoint, fail: Fail, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recoveries, "MOST", 2)
    monkeypatch.setattr("webhooks.portal.views.MOST", 2)
    monkeypatch.setattr("webhooks.portal.retries.MOST", 2)
    failed = fail(3)
    assert "Retry the oldest 2 failed" in page.get(f"/webhooks/{endpoint.id}").content.decode()
    answer = retry(page, endpoint, "matching")
    assert told(answer) == (
        "2 failed deliveries are being tried again. Those are the oldest 2: retry again for the rest."
    )
    assert [status for status, _, _ in states(failed)] == ["pending", "pending", "failed"]


def test_nothing_chosen_and_an_endpoint_that_is_off(page: Client, endpoint: WebhookEndpoint, fail: Fail) -> None:
    failed = fail(1)
    assert told(retry(page, endpoint, "selected")) == "Choose at least one delivery."
    WebhookEndpoint.objects.update(active=False)
    assert told(retry(page, endpoint, "selected", *failed)) == "The endpoint is switched off."
    assert states(failed) == [("failed", 5, 5)]


def test_deliveries_of_another_endpoint_are_not_taken(
    page: Client, client: Client, endpoint: WebhookEndpoint, fail: Fail, charlie: User, bob: User
) -> None:
    failed = fail(1)
    other = WebhookEndpoint.objects.create(
        integration=endpoint.integration, partner=endpoint.partner, endpoint_url="https://b.test", webhook_secret="s"
    )
    assert told(retry(page, other, "selected", *failed)) == "Nothing to retry."
    PartnerMember.objects.filter(user=bob).update(role="viewer")
    client.force_login(bob)
    assert retry(client, endpoint, "matching").status_code == 403
    assert 'name="delivery"' not in client.get(f"/webhooks/{endpoint.id}").content.decode()
    client.force_login(charlie)
    assert retry(client, endpoint, "selected", *failed).status_code == 404
    assert states(failed) == [("failed", 5, 5)]
    assert not DeliveryRecovery.objects.exists()


def test_only_those_of_the_last_hour(page: Client, endpoint: WebhookEndpoint, fail: Fail) -> None:
    old, new = fail(2)
    earlier = uuid7_floor(timezone.now() - timedelta(hours=2))
    WebhookDelivery.objects.filter(pk=old.pk).update(id=earlier)
    log = page.get(f"/webhooks/{endpoint.id}", {"within": "1"})
    assert [one.pk for one in log.context["page"].rows] == [new.pk]
    assert log.context["failed"] == 1
    answer = retry(page, endpoint, "matching", within="1")
    assert (told(answer), answer["Location"]) == (
        "1 failed delivery is being tried again.",
        f"/webhooks/{endpoint.id}?within=1",
    )
    assert WebhookDelivery.objects.get(pk=earlier).status == "failed"


def test_those_of_one_event_alone(page: Client, endpoint: WebhookEndpoint, fail: Fail) -> None:
    one, other = fail(2)
    key = f"evt_{one.event_id.hex}"
    log = page.get(f"/webhooks/{endpoint.id}", {"event_id": key})
    assert ([row.pk for row in log.context["page"].rows], log.context["failed"]) == ([one.pk], 1)
    nothing = page.get(f"/webhooks/{endpoint.id}", {"event_id": "evt_nonsense"})
    assert (nothing.context["page"].rows, nothing.context["failed"]) == ([], 0)
    assert told(retry(page, endpoint, "matching", event_id="evt_nonsense")) == "None of these deliveries has failed."

    answer = retry(page, endpoint, "matching", event_id=key)

    assert answer["Location"] == f"/webhooks/{endpoint.id}?event_id={key}"
    assert told(answer) == "1 failed delivery is being tried again."
    assert states([one, other]) == [("pending", 5, 6), ("failed", 5, 5)]
