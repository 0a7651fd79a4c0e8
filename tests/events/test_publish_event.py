"""Publishing an event."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from common.errors import InvalidError, InvalidFieldsError, ReusedKeyError
from common.partitions import partition_name, uuid7_day
from common.principal import Principal, PrincipalKind
from events.models import EventType, PlatformEvent, PublishedKey
from events.services.publishing import publish_event

LEAD = {
    "id": "lead_123",
    "email": "john@example.com",
    "firstName": "John",
    "insuranceType": "auto",
    "status": "received",
}


def publish(payload: Any = None, **fields: Any) -> PlatformEvent:
    return publish_event(
        **{
            "event_name": "lead.created",
            "entity_type": "lead",
            "entity_id": "lead_123",
            "payload": LEAD if payload is None else payload,
            **fields,
        }
    )


@pytest.fixture
def received(monkeypatch: pytest.MonkeyPatch) -> list[PlatformEvent]:
    """The events handed to the fan-out."""
    events: list[PlatformEvent] = []
    monkeypatch.setattr("events.services.publishing.subscribers", [events.append])
    return events


@pytest.mark.django_db
def test_it_appends_and_fans_out(received: list[PlatformEvent]) -> None:
    event = publish()

    stored = PlatformEvent.objects.get(pk=event.pk)
    assert received == [event]
    assert stored.payload == LEAD
    assert stored.event_type.event_name == "lead.created"
    assert (stored.environment, stored.partner_id, stored.public_id) == ("live", None, f"evt_{event.pk.hex}")


@pytest.mark.django_db
def test_native_values_become_json() -> None:
    event = publish(
        {
            "id": uuid.UUID(int=7),
            "premium": Decimal("12.50"),
            "at": datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC),
            "tags": ("a", "b"),
        }
    )

    assert PlatformEvent.objects.get(pk=event.pk).payload == {
        "id": "00000000-0000-0000-0000-000000000007",
        "premium": "12.50",
        "at": "2026-01-02T03:04:05Z",
        "tags": ["a", "b"],
    }


@pytest.mark.django_db
def test_numbers_come_back_as_a_javascript_receiver_reads_them() -> None:
    numbers = {"big": 1e300, "float": 1e16, "small": 5e-324, "most": 2**53 - 1, "least": -(2**53 - 1), "half": 0.5}

    event = publish({"id": "lead_1", **numbers})

    stored = PlatformEvent.objects.get(pk=event.pk).payload
    assert stored == {"id": "lead_1", **numbers}
    assert isinstance(stored["big"], float)
    assert isinstance(stored["most"], int)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("payload", "field", "code"),
    [
        ([], "payload", "invalid_type"),
        ({"id": "x", "n": 2**53}, "payload.n", "unsafe_integer"),
        ({"id": "x", "deep": [{"n": -(2**60)}]}, "payload.deep[0].n", "unsafe_integer"),
        ({"id": "x", "n": float("nan")}, "payload.n", "not_finite"),
        ({"id": "x", "n": float("inf")}, "payload.n", "not_finite"),
        ({"id": "x", "s": "a\0b"}, "payload.s", "invalid_text"),
        ({"id": "x", "s": "\ud800"}, "payload.s", "invalid_text"),
        ({"id": "x", "a\0": 1}, "payload", "invalid_text"),
        ({"id": "x", "s": "x" * 262_144}, "payload", "too_large"),
    ],
)
def test_what_a_receiver_would_misread_is_refused(
    payload: Any, field: str, code: str, received: list[PlatformEvent]
) -> None:
    with pytest.raises(InvalidError) as refusal:
        publish(payload)

    assert (refusal.value.field, refusal.value.code) == (field, code)
    assert not PlatformEvent.objects.exists()
    assert received == []


@pytest.mark.django_db
def test_nesting_is_bounded() -> None:
    payload: dict[str, Any] = {"id": "x"}
    for _ in range(40):
        payload = {"id": "x", "inner": payload}

    with pytest.raises(InvalidError) as refusal:
        publish(payload)

    assert refusal.value.code == "too_deep"


@pytest.mark.django_db
def test_a_violation_names_its_path() -> None:
    with pytest.raises(InvalidFieldsError) as refusal:
        publish({"email": "not an address", "firstName": 3})

    assert refusal.value.code == "schema_violation"
    assert sorted(refusal.value.errors) == ["payload.email", "payload.firstName", "payload.id"]
    assert "not an address" not in refusal.value.message
    assert not PlatformEvent.objects.exists()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"event_name": "lead.exploded"}, "event"),
        ({"environment": "moon"}, "environment"),
        ({"entity_id": ""}, "entity_id"),
        ({"entity_id": "x" * 101}, "entity_id"),
        ({"entity_type": "x\0"}, "entity_type"),
        ({"event_name": "partner.created"}, "partner_id"),
    ],
)
def test_bad_arguments_are_named(fields: dict[str, Any], field: str) -> None:
    with pytest.raises(InvalidError) as refusal:
        publish(**fields)

    assert refusal.value.field == field
    assert not PlatformEvent.objects.exists()


@pytest.mark.django_db
def test_a_retired_type_is_unknown_to_callers(received: list[PlatformEvent]) -> None:
    EventType.objects.create(event_name="quote.made", description="A quote", event_category="custom", active=False)

    with pytest.raises(InvalidError) as refusal:
        publish(event_name="quote.made", actor=Principal(kind=PrincipalKind.SERVICE, label="core"))
    assert refusal.value.code == "unknown_event"
    assert not PlatformEvent.objects.exists()

    # What the product does goes on, and is on record; nobody is told.
    assert publish(event_name="quote.made") == PlatformEvent.objects.get()
    assert received == []


@pytest.mark.django_db
def test_an_unknown_type_is_refused_whoever_publishes() -> None:
    with pytest.raises(InvalidError):
        publish(event_name="quote.lost")


@pytest.mark.django_db
def test_the_same_key_gives_the_first_event_again(received: list[PlatformEvent]) -> None:
    first = publish(idempotency_key="k1")
    again = publish(idempotency_key="k1")

    assert again.pk == first.pk
    assert received == [first]
    assert PlatformEvent.objects.count() == 1


@pytest.mark.django_db
def test_the_same_key_for_another_event_is_refused() -> None:
    publish(idempotency_key="k1")

    with pytest.raises(ReusedKeyError) as refusal:
        publish({**LEAD, "status": "other"}, idempotency_key="k1")

    assert refusal.value.code == "idempotency_key_reused"
    assert PlatformEvent.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE events_platformevent SET payload = '{}'",
        "UPDATE events_platformevent SET environment = 'test' WHERE id = %(id)s",
        "DELETE FROM events_platformevent WHERE id = %(id)s",
        "DELETE FROM {partition}",
    ],
)
def test_the_log_is_append_only_for_sql(statement: str) -> None:
    event = publish()
    statement = statement.replace("{partition}", partition_name("events_platformevent", uuid7_day(event.pk)))

    with (
        pytest.raises(DatabaseError, match="Cannot update or delete"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement, {"id": event.pk})

    assert PlatformEvent.objects.get() == event
    assert (PlatformEvent.objects.get().payload, PlatformEvent.objects.get().environment) == (LEAD, "live")


@pytest.mark.django_db
@pytest.mark.parametrize(
    "rewrite",
    [
        lambda event: event.delete(),
        lambda event: event.save(update_fields=["payload"]),
        lambda event: PlatformEvent.objects.filter(pk=event.pk).update(payload={}),
        lambda _: PlatformEvent.objects.all().delete(),
    ],
    ids=["delete", "save", "update many", "delete many"],
)
def test_the_log_is_append_only_for_the_orm(rewrite: Callable[[PlatformEvent], object]) -> None:
    event = publish()
    changed = PlatformEvent.objects.get()
    changed.payload = {}

    with pytest.raises(DatabaseError, match="Cannot update or delete"), transaction.atomic():
        rewrite(changed)

    assert PlatformEvent.objects.get() == event
    assert PlatformEvent.objects.get().payload == LEAD


@pytest.mark.django_db(transaction=True)
def test_two_publishers_at_once_make_one_event() -> None:
    barrier = threading.Barrier(4)
    ids: list[uuid.UUID] = []

    def run() -> None:
        barrier.wait()
        try:
            ids.append(publish(idempotency_key="race").pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(ids) == 4
    assert len(set(ids)) == 1
    assert PlatformEvent.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_rollback_takes_the_event_back() -> None:
    with transaction.atomic():
        publish(idempotency_key="k2")
        transaction.set_rollback(True)

    assert not PlatformEvent.objects.exists()
    assert not PublishedKey.objects.exists()
