"""Verify a Treaty webhook: `verify_webhook.py < body`, exit code 0 when genuine."""

import base64
import hashlib
import hmac
import os
import sys
import time


def verify(body: bytes, headers: dict[str, str], secret: str, tolerance: int = 300) -> bool:
    """Whether `body` was signed with `secret` not longer than `tolerance` seconds ago."""
    if abs(time.time() - int(headers["webhook-timestamp"])) > tolerance:
        return False
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = "v1," + base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return any(hmac.compare_digest(expected, given) for given in headers["webhook-signature"].split(" "))


if __name__ == "__main__":
    names = ("webhook-id", "webhook-timestamp", "webhook-signature")
    received = {name: os.environ[name.upper().replace("-", "_")] for name in names}
    sys.exit(0 if verify(sys.stdin.buffer.read(), received, os.environ["WEBHOOK_SECRET"]) else 1)
