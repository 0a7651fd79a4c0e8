"""The documented ways to verify a delivery, run in every language this machine has."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from pathlib import Path

import pytest

from config.environment import ROOT
from tests.webhooks.test_wire_format import content_of
from webhooks.management.commands.webhook_listen import verdict
from webhooks.payload import signed_body
from webhooks.signing import generate_secret, standard_signature

EXAMPLES = ROOT / "docs" / "examples" / "webhooks"
COMMANDS = {
    "python": [sys.executable, str(EXAMPLES / "verify_webhook.py")],
    "node": ["node", str(EXAMPLES / "verify.mjs")],
    "java": ["java", str(EXAMPLES / "Verify.java")],
    "php": ["php", str(EXAMPLES / "verify.php")],
    "ruby": ["ruby", str(EXAMPLES / "verify.rb")],
    "go": ["go", "run", str(EXAMPLES / "verify.go")],
}
RUNTIMES = {"python", *(name for name in COMMANDS if shutil.which(name))}
if "java" in RUNTIMES and not shutil.which("javac"):
    RUNTIMES.remove("java")  # a runtime alone cannot run a source file
ID = "evt_01a20b6e000070008000000000000001"


def delivery(*, age: int = 0, keys: int = 1) -> tuple[bytes, dict[str, str], list[str]]:
    """A body, its headers, and the secrets that signed it."""
    secrets = [generate_secret() for _ in range(keys)]
    body, _ = signed_body(content_of({"name": "Zoë", "emoji": "😀"}), secrets[0])
    timestamp = int(time.time()) - age
    signature = standard_signature(message_id=ID, timestamp=timestamp, body=body, keys=secrets)
    headers = {"webhook-id": ID, "webhook-timestamp": str(timestamp), "webhook-signature": signature}
    return body, headers, secrets


def accepts(runtime: str, body: bytes, headers: dict[str, str], secret: str) -> bool:
    """Whether the example accepts the delivery."""
    variables = {name.upper().replace("-", "_"): value for name, value in headers.items()}
    result = subprocess.run(
        COMMANDS[runtime], input=body, env={**os.environ, **variables, "WEBHOOK_SECRET": secret}, check=False
    )
    assert result.returncode in {0, 1}
    return result.returncode == 0


@pytest.mark.parametrize("runtime", sorted(RUNTIMES))
def test_every_example_verifies(runtime: str) -> None:
    body, headers, (new, old) = delivery(keys=2)
    assert accepts(runtime, body, headers, new)
    assert accepts(runtime, body, headers, old)
    assert not accepts(runtime, body.replace(b"Zo", b"Zu"), headers, new)
    stale, stale_headers, (secret,) = delivery(age=600)
    assert not accepts(runtime, stale, stale_headers, secret)


def test_the_guide_names_every_example() -> None:
    guide = (ROOT / "docs" / "webhooks.md").read_text(encoding="utf-8")
    assert [path.name for path in sorted(EXAMPLES.iterdir()) if f"examples/webhooks/{path.name}" not in guide] == []
    assert {Path(command[-1]).name for command in COMMANDS.values()} == {path.name for path in EXAMPLES.iterdir()}


def test_the_listener_verifies_both_signatures() -> None:
    body, headers, (secret,) = delivery()
    assert verdict(body, headers, secret) == "webhook-signature valid, signature in the body valid"
    other = generate_secret()
    assert verdict(body, headers, other) == "webhook-signature INVALID, signature in the body INVALID"
    assert verdict(b"x", {}, secret) == "not a signed delivery"
