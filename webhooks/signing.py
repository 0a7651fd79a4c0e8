"""The two signatures every delivery carries."""

from __future__ import annotations

import base64
import binascii
import hmac
import secrets
from collections.abc import Sequence
from functools import lru_cache

PREFIX = "whsec_"
SECRET_BYTES = 32


def generate_secret() -> str:
    """A fresh secret: `whsec_` and the base64 of 32 random bytes."""
    return PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


@lru_cache(maxsize=4096)
def key_bytes(secret: str) -> bytes:
    """What Standard Webhooks keys its HMAC with: the decoded part after the prefix. Raises ValueError."""
    try:
        return base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error:
        raise ValueError("A webhook secret is whsec_ and base64.") from None


def body_signature(content: bytes, secret: str) -> str:
    """`sha256=` and the hex HMAC-SHA256 of the body without its signature member, keyed with the whole secret."""
    return f"sha256={hmac.digest(secret.encode(), content, 'sha256').hex()}"


def standard_signature(*, message_id: str, timestamp: int, body: bytes, keys: Sequence[str]) -> str:
    """The `webhook-signature` header of Standard Webhooks 1.0: one `v1,` signature per secret, newest first."""
    content = f"{message_id}.{timestamp}.".encode() + body
    return " ".join(
        f"v1,{base64.b64encode(hmac.digest(key_bytes(secret), content, 'sha256')).decode()}" for secret in keys
    )
