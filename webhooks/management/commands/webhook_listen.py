"""`manage.py webhook_listen`: a receiver for a developer's machine."""

from __future__ import annotations

import base64
import binascii
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from common.text import is_storable
from webhooks.signing import body_signature, key_bytes, standard_signature

GENUINE = "webhook-signature valid, signature in the body valid"


def verdict(body: bytes, headers: dict[str, str], secret: str) -> str:
    """What is to be said about the two signatures of a delivery."""
    try:
        timestamp = int(headers["webhook-timestamp"])
        expected = standard_signature(message_id=headers["webhook-id"], timestamp=timestamp, body=body, keys=[secret])
        standard = expected in headers["webhook-signature"].split(" ")
        content, _, signature = body.decode().rpartition(',"signature":"')
        in_body = body_signature(f"{content}}}".encode(), secret) == signature.rstrip('"}')
    except (KeyError, ValueError, binascii.Error):
        return "not a signed delivery"
    words = {True: "valid", False: "INVALID"}
    return f"webhook-signature {words[standard]}, signature in the body {words[in_body]}"


def answer_to(body: bytes, headers: dict[str, str], secret: str) -> bytes:
    """The body of the answer: a genuine ownership challenge is given back."""
    if "x-webhook-challenge" not in headers or verdict(body, headers, secret) != GENUINE:
        return b""
    try:
        return json.dumps({"challenge": json.loads(body)["data"]["challenge"]}).encode()
    except (ValueError, RecursionError, KeyError, TypeError):
        return b""


class Command(BaseCommand):
    help = "Receive webhooks on a local port, print them, and verify their signatures."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--secret", required=True, help="The endpoint's whsec_ secret.")
        parser.add_argument("--port", type=int, default=8899)
        parser.add_argument("--status", type=int, default=200, help="What to answer; try 500 to see retries.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            key_bytes(options["secret"])
        except ValueError as error:
            raise CommandError(str(error)) from None
        command = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                headers = {name.lower(): value for name, value in self.headers.items()}
                answer = answer_to(body, headers, options["secret"])
                self.send_response(options["status"])
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)
                command.show(body, headers, options["secret"])

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
                """The command prints what there is to say."""

        try:
            server = ThreadingHTTPServer(("127.0.0.1", options["port"]), Handler)
        except (OSError, OverflowError) as error:
            raise CommandError(f"Port {options['port']} cannot be listened on: {error}") from None
        with server:
            try:
                self.stdout.write(f"Listening on http://127.0.0.1:{server.server_port}")
                self.stdout.flush()
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("")

    def show(self, body: bytes, headers: dict[str, str], secret: str) -> None:
        """Print one delivery; what is no JSON, or none that a terminal shows, in base64."""
        name, attempt = headers.get("x-webhook-event", "?"), headers.get("x-webhook-attempt", "?")
        try:
            text = json.dumps(json.loads(body), indent=2, ensure_ascii=False)
        except (ValueError, RecursionError):
            text = ""
        if not text or not is_storable(text):
            text = base64.b64encode(body).decode()
        # In one piece: deliveries come side by side.
        self.stdout.write(f"{name}, attempt {attempt}: {verdict(body, headers, secret)}\n{text}")
        self.stdout.flush()
