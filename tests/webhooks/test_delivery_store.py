"""The statements of the delivery engine, on a connection as the delivery process has it."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable

import psycopg
import pytest
from django.db import connection

from common.http import Response
from events.models import PlatformEvent
from tests.receivers import Receiver
from tests.webhooks.conftest import LEAD, make_endpoint
from webhooks.engine import store as engine_store
from webhooks.engine.dispatcher import INTERRUPTIONS, Dispatcher
from webhooks.engine.messages import Claim, Outcome, build_request, judge
from webhooks.engine.store import CLAIM, EVENTS, Store
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.services.fanout import replay_to_endpoints

pytestmark = pytest.mark.django_db(transaction=True)

Publish = Callable[..., PlatformEvent]


@pytest.fixture
def store() -> Store:
    return Store()


def claim(store: Store) -> list[Claim]:
    return store.claim(rooms={}, total=100, lease=20.0)


def answered(claims: list[Claim], *, status: int = 200) -> list[Outcome]:
    for each in claims:
        build_request(each)
    return [judge(each, Response(status=status, raw_headers="Server: x", body=b"ok\x00")) for each in claims]


def test_one_claim_takes_what_is_due_once(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    events = {publish(entity_id=f"lead_{number}").id for number in range(5)}
    claims = claim(store)
    assert {each.event_id for each in claims} == events
    assert len({each.token for each in claims}) == 1
    assert {each.event_name for each in claims} == {"lead.created"}
    assert all(each.content.endswith("}") and str(LEAD["email"]) in each.content for each in claims)
    assert set(WebhookDelivery.objects.values_list("lease_token", "attempt_number")) == {(claims[0].token, 1)}
    assert claim(store) == []


def test_each_claim_has_its_own_token(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    publish()
    first = claim(store)
    WebhookDelivery.objects.update(leased_until="2020-01-01T00:00:00Z")  # its sender died
    second = claim(store)
    assert first[0].delivery_id == second[0].delivery_id
    assert first[0].token != second[0].token
    assert store.finish(answered(first)) == set()
    assert store.finish(answered(second)) == {second[0].delivery_id}
    assert WebhookAttempt.objects.count() == 2


def test_finishing_again_after_a_lost_connection(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    publish()
    outcomes = answered(claim(store))
    assert store.finish(outcomes) == {outcomes[0].claim.delivery_id}
    assert store.finish(outcomes, again=True) == set()
    assert WebhookAttempt.objects.get().id == outcomes[0].attempt_id
    assert WebhookDelivery.objects.get().status == "delivered"
    with pytest.raises(psycopg.errors.UniqueViolation):
        store.finish(outcomes)


def test_what_a_delivery_leaves_on_record(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    publish()
    store.finish(answered(claim(store)))
    attempt = WebhookAttempt.objects.get()
    assert (attempt.succeeded, attempt.response_status, attempt.response_body) == (True, 200, "ok")
    assert (attempt.error, attempt.error_detail, attempt.request_body) == ("", "", "")
    assert attempt.started_at <= attempt.created_at
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.last_error, delivery.next_retry_at) == ("delivered", "", None)
    assert delivery.delivered_at is not None


def test_what_a_failure_leaves_on_record(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    publish()
    claims = claim(store)
    build_request(claims[0])
    store.finish([judge(claims[0], Response(error="timeout", detail="no answer\x00 in time"))])
    attempt = WebhookAttempt.objects.get()
    assert (attempt.succeeded, attempt.response_status) == (False, None)
    assert (attempt.error, attempt.error_detail) == ("timeout", "no answer in time")
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.last_error) == ("pending", "timeout: no answer in time")
    assert delivery.next_retry_at is not None
    assert delivery.delivered_at is None


def plans_of(statement: str) -> tuple[int, int]:
    """How often a prepared statement was run by a plan that was kept, and by one made for it."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{statement}%"]
        )
        ((generic, custom),) = cursor.fetchall()
        return generic, custom


def test_a_claim_is_planned_once_and_then_anew(
    store: Store, endpoint: WebhookEndpoint, publish: Publish, monkeypatch: pytest.MonkeyPatch
) -> None:
    publish()
    claim(store)
    assert plans_of("WITH RECURSIVE heads") == (1, 0)
    planned_at = store.tuned.planned_at
    claim(store)
    assert (plans_of("WITH RECURSIVE heads"), store.tuned.planned_at) == ((2, 0), planned_at)
    monkeypatch.setattr(engine_store, "PLAN_SECONDS", 0.0)
    claim(store)
    assert store.tuned.planned_at > planned_at
    assert plans_of("WITH RECURSIVE heads") == (3, 0)


def test_finishing_is_planned_once(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    for number in range(1, 4):
        publish()
        assert len(store.finish(answered(claim(store)))) == 1
        assert plans_of("json_to_recordset") == (number, 0)


def test_each_connection_drops_its_own_plans(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    claim(store)
    claiming = store.tuned.planned_at
    seen: list[float] = []

    def finish() -> None:
        seen.append(store.tuned.planned_at)
        store.finish([])
        seen.append(store.tuned.planned_at)
        connection.close()

    thread = threading.Thread(target=finish)
    thread.start()
    thread.join()
    assert seen[0] == 0.0
    assert seen[1] > claiming == store.tuned.planned_at


def test_endpoints_whose_deliveries_came_at_once_take_turns(
    store: Store, endpoint: WebhookEndpoint, receiver: Receiver, publish: Publish
) -> None:
    for number in range(3):
        make_endpoint(endpoint.integration, f"{receiver.url}{number}")
    for number in range(12):
        publish(entity_id=f"lead_{number}")
    WebhookDelivery.objects.update(due_at="2020-01-01T00:00:00Z")
    first = [store.claim(rooms={}, total=1, lease=20.0, default_room=100)[0].endpoint_id for _ in range(12)]
    assert len(set(first)) > 1  # that one of four was drawn twelve times running: once in four million runs


def test_a_claim_reads_along_indexes(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    publish()
    claim(store)
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute("SET enable_seqscan = off")  # whatever the size of the tables here
        cursor.execute(
            f"EXPLAIN {CLAIM}",
            {
                "endpoints": [endpoint.id],
                "rooms": [8],
                "default_room": 8,
                "total": 100,
                "lease": 20.0,
                "token": uuid.uuid4(),
            },
        )
        plan = "\n".join(line for (line,) in cursor.fetchall())
        cursor.execute("RESET enable_seqscan")
    assert "Seq Scan" not in plan
    assert plan.count("using delivery_due") == 3
    assert "Tid Scan on webhooks_webhookdelivery" in plan
    assert "events_platformevent" not in plan  # it locks no day of the log, however many are kept


def test_only_the_days_of_the_events_are_looked_into(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    event = publish()
    with connection.cursor() as cursor:
        cursor.execute("SET plan_cache_mode = force_generic_plan")
        cursor.execute(f"EXPLAIN {EVENTS.format(first=event.id, last=event.id)}", [f"{{{event.id}}}"])
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert plan.count(" on events_platformevent_p") == 1, plan


def test_an_event_is_read_once_for_all_its_deliveries(
    store: Store, endpoint: WebhookEndpoint, publish: Publish
) -> None:
    event = publish(payload={"notes": "x" * 100_000})
    claims = claim(store)
    assert list(store.events) == [event.id]
    assert claims[0].content is store.events[event.id][1]
    replay_to_endpoints(event, endpoint_id=None, partner_id=None)
    assert claim(store)[0].content is claims[0].content


def test_a_delivery_that_kills_its_senders_comes_to_an_end(
    store: Store, endpoint: WebhookEndpoint, publish: Publish
) -> None:
    publish()
    WebhookDelivery.objects.update(attempt_limit=1)
    dispatcher = Dispatcher(lease=20.0, on_gone=print)
    numbers = []
    while claims := dispatcher.claim():
        numbers.append(claims[0].attempt_number)
        WebhookDelivery.objects.update(leased_until="2020-01-01T00:00:00Z")  # its sender died
    assert numbers == list(range(1, 2 + INTERRUPTIONS))
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempt_number, delivery.due_at) == ("failed", 1 + INTERRUPTIONS, None)
    assert delivery.last_error == "interrupted: the sender died during the last attempts"


def test_what_is_held_is_not_said_to_be_tried_again(store: Store, endpoint: WebhookEndpoint, publish: Publish) -> None:
    publish()
    WebhookDelivery.objects.update(next_retry_at="2020-01-01T00:00:00Z")
    store.give_back(claim(store), hold=True)
    delivery = WebhookDelivery.objects.get()
    assert (delivery.status, delivery.attempt_number) == ("pending", 0)
    assert (delivery.due_at, delivery.next_retry_at) == (None, None)
