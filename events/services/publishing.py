"""Publishing: the transactional outbox."""

from __future__ import annotations

import hashlib
import json
import uuid
from typing import Any

from django.db import transaction

from common.base import Environment
from common.errors import ForbiddenError, InvalidError, ReusedKeyError, UnknownObjectError
from common.ids import uuid7
from common.principal import SYSTEM, Principal, PrincipalKind
from events.catalogue import ADDRESSED_CATEGORIES
from events.fanout import subscribers
from events.models import EventType, PlatformEvent, PublishedKey
from events.payloads import check_against_schema, check_text, normalize_payload
from events.services.catalogue import active_event_type, known_event_type
from events.visibility import is_addressee


@transaction.atomic
def publish_event(
    *,
    event_name: str,
    entity_type: str,
    entity_id: str,
    payload: dict[str, Any],
    environment: str = "live",
    partner_id: uuid.UUID | None = None,
    idempotency_key: str = "",
    actor: Principal = SYSTEM,
) -> PlatformEvent:
    """Append an event in the caller's transaction and fan it out; a rollback takes both back.

    `partner_id` addresses it to one partner; None offers it to every partner whose application may see it. The same
    `idempotency_key` of the same actor gives the first event again, without a second fan-out. What the product itself
    tells of a type that an administrator retired goes into the log and to nobody: nothing it is part of fails for it.
    Raises InvalidError for an unknown event name or partner, a payload its schema refuses or a receiver would misread;
    ReusedKeyError for a key that was used with another event; ForbiddenError for a live event from the sandbox.
    """
    event_type = (known_event_type if actor.kind is PrincipalKind.SYSTEM else active_event_type)(event_name)
    check_environment(environment, actor)
    check_addressee(event_type, partner_id, actor)
    check_reference("entity_type", entity_type, 50)
    check_reference("entity_id", entity_id, 100)
    payload = normalize_payload(payload)
    check_against_schema(payload, event_type.payload_schema)
    event = PlatformEvent(
        event_type=event_type,
        schema_version=event_type.schema_version,
        entity_type=entity_type,
        entity_id=entity_id,
        payload=payload,
        environment=environment,
        partner_id=partner_id,
    )
    if idempotency_key and (earlier := claim_key(event, idempotency_key, actor)):
        return earlier
    event.save(force_insert=True)
    if event_type.active:
        hand_to_subscribers(event)
    return event


def hand_to_subscribers(event: PlatformEvent) -> None:
    """Hand an event to everything that subscribed, in the transaction that made it."""
    for subscriber in subscribers:
        subscriber(event)


def check_environment(environment: str, actor: Principal) -> None:
    """Raise InvalidError for one there is not, ForbiddenError for a live event from the sandbox."""
    if environment not in Environment.values:
        raise InvalidError("Expected live or test.", field="environment", code="invalid_choice")
    if actor.environment == Environment.TEST and environment != Environment.TEST:
        raise ForbiddenError("sandbox_only", "A test credential publishes test events alone.")


def check_addressee(event_type: EventType, partner_id: uuid.UUID | None, actor: Principal) -> None:
    """Raise InvalidError for a partner there is not, and for none where the type is addressed to one."""
    if partner_id is None:
        if event_type.event_category in ADDRESSED_CATEGORIES:
            message = f"{event_type.event_name} is addressed to one partner."
            raise InvalidError(message, field="partner_id", code="required")
    elif actor.kind is not PrincipalKind.SYSTEM and not is_addressee(partner_id):
        raise UnknownObjectError(field="partner_id")


def check_reference(field: str, value: str, limit: int) -> None:
    """Raise InvalidError for an empty or overlong reference to an entity."""
    if not value or len(value) > limit:
        raise InvalidError(f"Expected 1 to {limit} characters.", field=field, code="invalid_length")
    check_text(value, field)


def claim_key(event: PlatformEvent, key: str, actor: Principal) -> PlatformEvent | None:
    """Tie `key` to `event`; return the event it was tied to before.

    The insert waits for another transaction that holds the same key, so two publishers at once make one event.
    """
    publisher = f"{actor.kind}:{actor.credential_id or actor.user_id or actor.label}"
    what = [event.event_type.event_name, event.entity_type, event.entity_id, event.environment, str(event.partner_id)]
    body_hash = hashlib.sha256(json.dumps([*what, event.payload], sort_keys=True).encode()).hexdigest()
    claim = PublishedKey(id=uuid7(), publisher=publisher, key=key, body_hash=body_hash, event_id=event.id)
    PublishedKey.objects.bulk_create([claim], ignore_conflicts=True)
    stored = PublishedKey.objects.get(publisher=publisher, key=key)
    if stored.id == claim.id:
        return None
    if stored.body_hash != body_hash:
        raise ReusedKeyError("This idempotency key was used to publish another event.")
    return PlatformEvent.objects.select_related("event_type").get(pk=stored.event_id)
