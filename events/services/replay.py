"""Sending stored events again."""

from __future__ import annotations

import uuid

from django.db import transaction

from common.errors import InvalidError
from common.principal import Principal
from events.fanout import replayers
from events.models import PlatformEvent


@transaction.atomic
def replay_event(*, event: PlatformEvent, actor: Principal, endpoint_id: uuid.UUID | None = None) -> int:
    """Send `event` again to one endpoint or to all that take it; return to how many.

    A partner reaches its own endpoints alone. Raises InvalidError when `endpoint_id` is none that takes the event.
    """
    partner_id = None if actor.is_service else actor.tenant_id
    sent = sum(replay(event, endpoint_id=endpoint_id, partner_id=partner_id) for replay in replayers)
    if endpoint_id is not None and sent == 0:
        raise InvalidError("No active webhook with this id takes the event.", field="webhook_id", code="not_found")
    return sent
