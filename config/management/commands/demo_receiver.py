"""The receiver of the demonstration: a partner's server that verifies what it is sent."""

from __future__ import annotations

import base64
import hmac
import json
import threading
import time
import uuid
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import structlog
from django.core.management.base import BaseCommand, CommandParser
from django.db import close_old_connections

from webhooks.models import WebhookEndpoint

logger = structlog.get_logger("treaty.demo_receiver")
BUSY_ONE_IN = 40
SECRET_SECONDS = 5.0


class Command(BaseCommand):
    help = "Answer the demonstration's webhooks on 127.0.0.1: 401 for a bad signature, else 200, and now and then 503."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--port", type=int, required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        server = ThreadingHTTPServer(("127.0.0.1", options["port"]), Receiver)
        server.daemon_threads = True
        server.serve_forever()


class Receiver(BaseHTTPRequestHandler):
    """POST /hooks/<integration id>."""

    protocol_version = "HTTP/1.1"
    secrets: dict[str, tuple[float, list[str]]] = {}
    lock = threading.Lock()

    def do_POST(self) -> None:
        """Verify, then answer as a busy server would."""
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        message_id = self.headers.get("webhook-id", "")
        if not any(self.verifies(body, secret) for secret in self.secrets_of(self.path)):
            logger.warning("bad_signature", path=self.path, message=message_id)
            self.answer(401, {"error": "bad signature"})
        elif "X-Webhook-Challenge" in self.headers:
            self.answer(200, {"challenge": json.loads(body)["data"]["challenge"]})
        elif self.is_busy(message_id):
            self.answer(503, {"error": "busy, try again"})
        else:
            self.answer(200, {"received": message_id})

    def do_GET(self) -> None:
        """For people who look."""
        self.answer(200, {"status": "ok"})

    def is_busy(self, message_id: str) -> bool:
        """One message in forty finds it busy at the first attempt, so that retries can be watched; a test never."""
        first = self.headers.get("X-Webhook-Attempt") == "1" and "X-Webhook-Test" not in self.headers
        return first and sha256(message_id.encode()).digest()[0] % BUSY_ONE_IN == 0

    def verifies(self, body: bytes, secret: str) -> bool:
        """Standard Webhooks 1.0."""
        signed = f"{self.headers.get('webhook-id')}.{self.headers.get('webhook-timestamp')}.".encode() + body
        digest = hmac.digest(base64.b64decode(secret.removeprefix("whsec_")), signed, "sha256")
        expected = f"v1,{base64.b64encode(digest).decode()}"
        given = self.headers.get("webhook-signature", "").split()
        return any(hmac.compare_digest(expected, signature) for signature in given)

    def secrets_of(self, path: str) -> list[str]:
        """The secrets of the endpoints at `path`, looked up every few seconds."""
        with self.lock:
            at, found = self.secrets.get(path, (0.0, []))
            if not found or time.monotonic() - at > SECRET_SECONDS:
                found = load_secrets(path)
                self.secrets[path] = (time.monotonic(), found)
            return found

    def answer(self, status: int, content: dict[str, str]) -> None:
        """A small JSON body."""
        payload = json.dumps(content).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(payload)))
        self.end_headers()
        self.wfile.write(payload)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """No line per request: the delivery log of the portal has them all."""


def load_secrets(path: str) -> list[str]:
    """The secrets of the endpoints of the integration that `path` names."""
    close_old_connections()
    try:
        integration_id = uuid.UUID(path.removeprefix("/hooks/"))
    except ValueError:
        return []
    return [endpoint.webhook_secret for endpoint in WebhookEndpoint.objects.filter(integration_id=integration_id)]
