"""Verify a Treaty webhook, in Python without dependencies. `python verify.py SECRET < delivery.json`."""

import base64
import hashlib
import hmac
import json
import sys
import time

TOLERANCE_SECONDS = 5 * 60


def verify(headers: dict[str, str], body: bytes, secret: str) -> bool:
    """Whether `body` was sent by the owner of `secret` in the last five minutes (Standard Webhooks 1.0)."""
    message_id, timestamp = headers["webhook-id"], headers["webhook-timestamp"]
    if abs(time.time() - int(timestamp)) > TOLERANCE_SECONDS:
        return False
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = hmac.new(key, f"{message_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    signatures = [part.removeprefix("v1,") for part in headers["webhook-signature"].split()]
    return any(hmac.compare_digest(base64.b64decode(signature), expected) for signature in signatures)


if __name__ == "__main__":
    delivery = json.load(sys.stdin)
    genuine = verify(delivery["headers"], delivery["body"].encode(), sys.argv[1])
    print("Python: the signature is", "good" if genuine else "BAD")  # noqa: T201 (an example for the terminal)
    sys.exit(not genuine)
