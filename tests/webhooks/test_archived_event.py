"""Deliveries whose event was archived: listed, counted, and not sent again until it is back."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.contrib.messages import get_messages
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from common.errors import ConflictError
from common.partitions import ensure_partition, uuid7_floor
from events.models import EventType, PlatformEvent
from events.services.archive import TABLE
from partners.models import User
from tests.conftest import portal_principal
from tests.receivers import Receiver, reply
from tests.webhooks.conftest import LEAD, make_due, states
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.deliveries import get_deliveries, process_pending_deliveries
from webhooks.services.fanout import deliver_event
from webhooks.services.recovery import Choice, preview_recovery, recover_deliveries

Api = Callable[..., APIClient]
Publish = Callable[..., PlatformEvent]
DAY = datetime(2020, 5, 17, 10, 30, tzinfo=UTC)


@pytest.fixture
def archive(settings: Any, tmp_path: Path) -> Callable[..., str]:
    """`archive()` archives what is older than a month; `archive("--restore", file)` puts it back."""
    settings.DATA_DIR = tmp_path

    def call(*args: str) -> str:
        connection.check_constraints()
        output = StringIO()
        call_command("archive_events", *(args or ("--older-than", "30")), stdout=output)
        return output.getvalue()

    return call


@pytest.fixture
def deliver_old(endpoint: WebhookEndpoint, receiver: Receiver, lead_created: EventType) -> Callable[..., Any]:
    """`deliver_old(500, 500)` makes deliveries of events of 2020, each answered with that status, for good."""

    def call(*answers: int) -> list[WebhookDelivery]:
        ensure_partition(TABLE, DAY.date())
        made = []
        for number, status in enumerate(answers):
            key = uuid.UUID(int=uuid7_floor(DAY + timedelta(minutes=number)).int + 1)
            event = PlatformEvent(
                id=key, event_type=lead_created, entity_type="lead", entity_id="lead_1", payload=LEAD, created_at=DAY
            )
            PlatformEvent.objects.bulk_create([event])
            assert deliver_event(event=event) == 1
            receiver.answer = reply(status)
            WebhookDelivery.objects.pending().update(attempt_limit=1)
            assert process_pending_deliveries() == 1
            made.append(WebhookDelivery.objects.get(event=event.id))
        receiver.answer = reply(200)
        return made

    return call


def test_they_stay_in_the_log_and_are_counted(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, deliver_old: Any, archive: Any, publish: Publish
) -> None:
    old, failed = deliver_old(200, 500)
    archive()
    publish()
    client, path = api(acme_key), f"/api/webhooks/{endpoint.id}"

    rows = client.get(f"{path}/deliveries").json()["data"]

    assert [(row["event"], row["eventArchived"], row["status"]) for row in rows] == [
        ("lead.created", False, "pending"),
        ("lead.created", True, "failed"),
        ("lead.created", True, "delivered"),
    ]
    assert rows[2]["eventId"] == str(old.event_id)
    assert rows[2]["messageId"] == f"evt_{old.event_id.hex}"
    assert len(client.get(f"{path}/deliveries", {"event": "lead.created"}).json()["data"]) == 3
    assert client.get(f"{path}/deliveries", {"event": "lead.updated"}).json()["data"] == []
    undelivered = client.get("/api/webhooks/undelivered", {"status": "failed"}).json()["data"]
    assert [(row["id"], row["eventArchived"]) for row in undelivered] == [(str(failed.id), True)]
    figures = client.get(f"{path}/statistics").json()["data"]
    assert [figures[name] for name in ("total", "delivered", "failed", "pending")] == [3, 1, 1, 1]
    assert figures["failuresByCause"] == [{"cause": "http_500", "count": 1}]
    listed = get_deliveries(webhook=endpoint, event="lead.created", created_after=DAY)
    assert [one.stored_event is None for one in listed] == [False, True, True]


def test_the_payload_is_told_to_be_archived_until_it_is_restored(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, deliver_old: Any, archive: Any, tmp_path: Path
) -> None:
    (old,) = deliver_old(200)
    path = f"/api/webhooks/{endpoint.id}/deliveries/{old.id}"
    before = api(acme_key).get(path).json()["data"]
    assert (before["eventArchived"], before["event"]) == (False, "lead.created")
    archive()

    gone = api(acme_key).get(path).json()["data"]

    (attempt,) = gone["attempts"]
    assert (gone["eventArchived"], gone["event"], attempt["requestBody"]) == (True, "lead.created", "")
    assert attempt["requestHeaders"]["x-webhook-event"] == "lead.created"
    archive("--restore", str(tmp_path / "archive" / "events" / "2020-05-17.jsonl.gz"))
    assert api(acme_key).get(path).json()["data"] == before


def test_a_body_that_was_kept_is_still_shown(
    api: Api, acme_key: str, endpoint: WebhookEndpoint, deliver_old: Any, archive: Any
) -> None:
    WebhookEndpoint.objects.update(field_mapping={"select": ["id"]})
    (old,) = deliver_old(200)
    archive()
    (attempt,) = api(acme_key).get(f"/api/webhooks/{endpoint.id}/deliveries/{old.id}").json()["data"]["attempts"]
    assert '"data":{"id":"lead_123"}' in attempt["requestBody"]


def test_a_retry_is_refused_until_the_event_is_back(
    api: Api,
    acme_key: str,
    endpoint: WebhookEndpoint,
    receiver: Receiver,
    deliver_old: Any,
    archive: Any,
    tmp_path: Path,
) -> None:
    deliveries = deliver_old(500)
    archive()
    path = f"/api/webhooks/{endpoint.id}/deliveries/{deliveries[0].id}/retry"

    refused = api(acme_key).post(path)

    assert (refused.status_code, refused.json()["code"]) == (409, "event_archived")
    assert refused.json()["detail"] == (
        "The event is archived. It can be sent again once the operator has restored the archive of 2020-05-17."
    )
    assert states(deliveries) == [("failed", 1, 1)]
    archive("--restore", str(tmp_path / "archive" / "events" / "2020-05-17.jsonl.gz"))
    assert api(acme_key).post(path).status_code == 200
    assert process_pending_deliveries() == 1
    assert states(deliveries) == [("delivered", 2, 2)]
    assert receiver.requests[0].body == receiver.requests[1].body


def test_one_that_was_waiting_is_given_up(
    endpoint: WebhookEndpoint, receiver: Receiver, deliver_old: Any, archive: Any
) -> None:
    deliveries = deliver_old(500)
    WebhookDelivery.objects.update(status="pending", attempt_limit=5)
    archive()
    make_due(deliveries[0])
    process_pending_deliveries()
    assert len(receiver.requests) == 1
    assert states(deliveries) == [("failed", 1, 5)]
    assert WebhookDelivery.objects.get().last_error == "archived: the event is gone"


def test_many_at_once_leave_them_as_they_are(
    endpoint: WebhookEndpoint, alice: User, deliver_old: Any, archive: Any, fail: Any
) -> None:
    archived = deliver_old(500, 500)
    archive()
    choice = Choice(endpoint=endpoint)
    preview = preview_recovery(choice)
    assert preview.summary == ("There is nothing to try again. 2 more cannot be sent again: their events are archived.")
    with pytest.raises(ConflictError) as refusal:
        recover_deliveries(choice=choice, actor=portal_principal(alice))
    assert refusal.value.code == "event_archived"
    kept = fail(1)

    recovery = recover_deliveries(choice=choice, actor=portal_principal(alice))

    assert (recovery.found, recovery.retried) == (1, 1)
    assert states(kept) == [("pending", 5, 6)]
    assert states(archived) == [("failed", 1, 1)] * 2


def test_the_pages_say_so(
    client: Client, alice: User, dana: User, endpoint: WebhookEndpoint, deliver_old: Any, archive: Any, fail: Any
) -> None:
    archived, _ = deliver_old(500, 500)
    archive()
    (kept,) = fail(1)
    client.force_login(alice)
    log = " ".join(client.get(f"/webhooks/{endpoint.id}").content.decode().split())
    assert log.count("Archived </span>") == 2
    assert "Retry all 1 failed" in log
    page = client.get(f"/webhooks/{endpoint.id}/deliveries/{archived.id}").content.decode()
    assert "This event is archived" in page
    assert "17 May 2020" in page
    assert "The body is archived." in page
    assert "Retry now" not in page
    assert "Copy as curl" not in page
    data = {"which": "selected", "delivery": [str(archived.pk), str(kept.pk)]}
    answer = client.post(f"/webhooks/{endpoint.id}/retry", data)
    assert [str(one) for one in get_messages(answer.wsgi_request)] == [
        "1 failed delivery is being tried again. 1 cannot be sent again: its event is archived."
    ]
    answer = client.post(f"/webhooks/{endpoint.id}/deliveries/{archived.id}/retry", follow=True)
    assert "once the operator has restored the archive of 2020-05-17" in answer.content.decode()
    client.force_login(dana)
    desk = client.get(f"/admin/webhooks/webhookdelivery/{archived.id}/change/")
    assert desk.status_code == 200
    assert "lead.created" in client.get("/admin/webhooks/webhookdelivery/").content.decode()


def test_the_requests_and_answers_of_long_ago_are_gone_too(
    client: Client, alice: User, endpoint: WebhookEndpoint, deliver_old: Any
) -> None:
    (old,) = deliver_old(200)
    old.attempts.all().delete()
    client.force_login(alice)
    page = client.get(f"/webhooks/{endpoint.id}/deliveries/{old.id}").content.decode()
    assert "Requests and answers are kept for 90 days." in page
    assert "Not sent yet" not in page


def test_a_page_of_the_log_is_read_along_the_index(api: Api, acme_key: str, endpoint: WebhookEndpoint) -> None:
    with CaptureQueriesContext(connection) as queries:
        parameters = {"event": "lead.created", "createdAfter": "2026-01-01T00:00:00Z"}
        api(acme_key).get(f"/api/webhooks/{endpoint.id}/deliveries", parameters)
    (statement,) = [query["sql"] for query in queries if 'FROM "webhooks_webhookdelivery"' in query["sql"]]
    assert "JOIN" not in statement
    with connection.cursor() as cursor:
        # With a handful of rows anything is cheap; what matters is that the index can serve the order.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("SET LOCAL enable_sort = off")
        cursor.execute(f"EXPLAIN {statement}")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Scan using delivery_by_endpoint" in plan
    assert "Sort" not in plan
