"""Verification of webhooks (Standard Webhooks 1.0), with the standard library alone."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import time
from collections.abc import Mapping

TOLERANCE_SECONDS = 300


def verify_webhook(
    body: bytes, headers: Mapping[str, str], secret: str, *, tolerance: float = TOLERANCE_SECONDS
) -> bool:
    """Whether `body`, exactly as it arrived, was sent by the owner of `secret` just now; header names in any case."""
    given = {name.lower(): value for name, value in headers.items()}
    message_id, timestamp = given.get("webhook-id", ""), given.get("webhook-timestamp", "")
    if not timestamp.isdigit() or abs(time.time() - int(timestamp)) > tolerance:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return any(same(signature, expected) for signature in given.get("webhook-signature", "").split())


def same(signature: str, expected: bytes) -> bool:
    """Whether one `v1,<base64>` is the expected signature."""
    version, _, encoded = signature.partition(",")
    try:
        return version == "v1" and hmac.compare_digest(base64.b64decode(encoded, validate=True), expected)
    except binascii.Error:
        return False
