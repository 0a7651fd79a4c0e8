"""Handing an answered call to the meter."""

from __future__ import annotations

import uuid

import structlog
from django.db import DatabaseError

from authn import valkey
from authn.metering import FIELD, MAX_ROUTE, STREAM, Call
from authn.models import SpooledCall
from common.ids import uuid7

logger = structlog.get_logger(__name__)


def record_line(line: str) -> None:
    """Put an answered call into the usage stream; into PostgreSQL while Valkey is away.

    Both may happen to one call (an answer of Valkey's that was lost): its id lets the meter count it once.
    """
    try:
        valkey.command("XADD", STREAM, "*", FIELD, line)
    except valkey.ValkeyAway:
        try:
            SpooledCall.objects.create(id=uuid.UUID(line[:32]), record=line)
        except DatabaseError:
            logger.exception("call_not_metered", record=line)


def record_api_call(
    *,
    partner_id: uuid.UUID,
    application_id: uuid.UUID | None,
    endpoint: str,
    response_time: float,
    method: str = "GET",
    status: int = 200,
    environment: str = "live",
) -> Call:
    """Meter a call that was answered outside this API, `response_time` in milliseconds."""
    call_id = uuid7()
    call = Call(
        id=call_id,
        partner_id=partner_id,
        application_id=application_id,
        credential_id=None,
        request_id=call_id.hex,
        method=method,
        route=endpoint[:MAX_ROUTE],
        status=status,
        duration_ms=response_time,
        request_bytes=0,
        response_bytes=0,
        environment=environment,
    )
    record_line(call.encode())
    return call
