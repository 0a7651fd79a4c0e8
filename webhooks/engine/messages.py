"""What is sent for a claimed delivery, and what its answer means."""

from __future__ import annotations

import time
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django.conf import settings

from common.http import DEADLINE_SECONDS, Request, Response
from common.ids import uuid7
from webhooks import schedule
from webhooks.payload import public_id, signed_body
from webhooks.payload_mapping import mapped_content
from webhooks.signing import standard_signature


@dataclass(frozen=True, slots=True)
class Endpoint:
    """What a sender needs to know of an endpoint."""

    id: uuid.UUID
    url: str
    environment: str
    secrets: tuple[str, ...]
    usable: bool
    failing: bool
    custom_headers: dict[str, str]
    max_in_flight: int | None
    max_per_second: int | None
    ordered: bool = False
    mapping: dict[str, Any] = field(default_factory=dict)


@dataclass(slots=True)
class Claim:
    """A delivery this process holds the lease of."""

    delivery_id: uuid.UUID
    event_id: uuid.UUID
    endpoint_id: uuid.UUID
    kind: str
    attempt_number: int
    attempt_limit: int
    token: uuid.UUID
    endpoint: Endpoint
    event_name: str
    content: str
    started_at: float = 0.0  # seconds since 1970
    request_headers: str = ""
    request_body: str | None = None  # when the event and the signature are not enough to rebuild it


@dataclass(slots=True)
class Outcome:
    """What an attempt changes."""

    claim: Claim
    attempt_id: uuid.UUID
    response: Response
    status: str  # of the delivery
    delay: float | None  # seconds to the next attempt
    gone: bool = False

    @property
    def succeeded(self) -> bool:
        """Whether it was delivered."""
        return self.status == "delivered"

    @property
    def throttled(self) -> float | None:
        """How long the receiver asked to be left alone."""
        if self.response.status in {429, 503}:
            return schedule.retry_after(self.response.headers.get("retry-after", ""))
        return None

    @property
    def last_error(self) -> str:
        """In a line, for people."""
        if self.succeeded:
            return ""
        if self.response.error:
            return f"{self.response.error}: {self.response.detail}"[:200]
        return f"HTTP {self.response.status}"


def delivery_headers(
    *,
    message_id: str,
    event_name: str,
    attempt_number: int,
    timestamp: int,
    body: bytes,
    signature: str,
    keys: Sequence[str],
) -> list[str]:
    """The headers of every delivery, complete lines; `signature` is the one in `body`, `timestamp` in seconds."""
    standard = standard_signature(message_id=message_id, timestamp=timestamp, body=body, keys=keys)
    return [
        "Content-Type: application/json",
        f"X-Webhook-Id: {message_id}",
        f"X-Webhook-Event: {event_name}",
        f"X-Webhook-Attempt: {attempt_number}",
        f"X-Webhook-Signature: {signature}",
        f"webhook-id: {message_id}",
        f"webhook-timestamp: {timestamp}",
        f"webhook-signature: {standard}",
    ]


def build_request(claim: Claim, *, deadline: float = DEADLINE_SECONDS) -> Request:
    """Sign the delivery, as of now."""
    endpoint = claim.endpoint
    content = mapped_content(claim.content, endpoint.mapping) if endpoint.mapping else claim.content
    body, signature = signed_body(content, endpoint.secrets[0])
    claim.request_body = body.decode() if endpoint.mapping else None
    message_id = public_id(claim.event_id)
    claim.started_at = time.time()
    timestamp = int(claim.started_at)
    headers = delivery_headers(
        message_id=message_id,
        event_name=claim.event_name,
        attempt_number=claim.attempt_number,
        timestamp=timestamp,
        body=body,
        signature=signature,
        keys=endpoint.secrets,
    )
    if claim.kind != "event":
        headers.append(f"X-Webhook-{claim.kind.capitalize()}: true")
    # The values of custom headers are credentials more often than not: they are sent, not recorded.
    claim.request_headers = "\n".join([*headers, *(f"{name}: [hidden]" for name in endpoint.custom_headers)])
    headers += [f"{name}: {value}" for name, value in endpoint.custom_headers.items()]
    return Request(endpoint.url, "POST", headers, body, endpoint.environment, deadline)


def judge(claim: Claim, response: Response) -> Outcome:
    """A 2xx delivers; 410 switches the endpoint off; anything else is tried again until the attempts are used up."""
    attempt_id = uuid7()
    if response.ok:
        return Outcome(claim, attempt_id, response, "delivered", None)
    if response.status == 410 and not response.error:
        return Outcome(claim, attempt_id, response, "failed", None, gone=True)
    delay = schedule.delay_after(
        claim.attempt_number, limit=claim.attempt_limit, backoff=settings.WEBHOOK_RETRY_BACKOFF
    )
    if delay is None:
        return Outcome(claim, attempt_id, response, "failed", None)
    wished = schedule.retry_after(response.headers.get("retry-after", "")) if response.status else None
    return Outcome(claim, attempt_id, response, "pending", schedule.with_jitter(max(delay, wished or 0.0)))


def attempt_row(outcome: Outcome) -> dict[str, Any]:
    """The attempt as the finishing statement takes it (see store.FINISH): what is empty is left out."""
    claim, response = outcome.claim, outcome.response
    row: dict[str, Any] = {
        "delivery_id": claim.delivery_id,
        "token": claim.token,
        "attempt_id": outcome.attempt_id,
        "attempt_number": claim.attempt_number,
        "started_at": claim.started_at,
        "duration_ms": response.duration_ms,
        "url": claim.endpoint.url,
        "request_headers": claim.request_headers,
        "response_headers": response.raw_headers.replace("\x00", ""),
        "response_body": response.body.decode("utf-8", "replace").replace("\x00", ""),
        "status": outcome.status,
    }
    if response.status:
        row["response_status"] = response.status
    if claim.request_body is not None:
        row["request_body"] = claim.request_body
    if not outcome.succeeded:
        row |= {
            "error": response.error,
            "error_detail": response.detail.replace("\x00", "")[:200],
            "last_error": outcome.last_error.replace("\x00", ""),
            "delay": outcome.delay,
        }
    return row
