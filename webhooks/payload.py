"""The body of a delivery."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from common import javascript_json
from webhooks.signing import body_signature

quote = lru_cache(maxsize=1024)(javascript_json.dumps)


def public_id(event_id: uuid.UUID) -> str:
    """The event's id on the wire, the same in every retry and replay."""
    return f"evt_{event_id.hex}"


def envelope(*, event_id: uuid.UUID, event_name: str, happened_at: datetime, data: str) -> str:
    """What is signed: the body without its signature. `data` is JSON in its ECMAScript form."""
    moment = happened_at.astimezone(UTC).isoformat()[:19]
    return f'{{"id":"{public_id(event_id)}","event":{quote(event_name)},"timestamp":"{moment}Z","data":{data}}}'


def with_signature(content: str, signature: str) -> bytes:
    """The body: `content` with the signature as its last member."""
    return f'{content[:-1]},"signature":"{signature}"}}'.encode()


def signed_body(content: str, secret: str) -> tuple[bytes, str]:
    """The body, and the signature in it."""
    signature = body_signature(content.encode(), secret)
    return with_signature(content, signature), signature


def data_text(payload: Any) -> str:
    """An event's payload as it stands in the body."""
    return javascript_json.dumps(payload)
