"""`manage.py webhook_listen`: a receiver for a developer's machine."""

from __future__ import annotations

import base64
import binascii
import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from webhooks.signing import body_signature, key_bytes, standard_signature


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
                self.send_response(options["status"])
                self.send_header("Content-Length", "0")
                self.end_headers()
                headers = {name.lower(): value for name, value in self.headers.items()}
                command.show(body, headers, options["secret"])

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (http.server's name)
                """The command prints what there is to say."""

        with ThreadingHTTPServer(("127.0.0.1", options["port"]), Handler) as server:
            self.stdout.write(f"Listening on http://127.0.0.1:{server.server_port}")
            try:
                server.serve_forever()
            except KeyboardInterrupt:
                self.stdout.write("")

    def show(self, body: bytes, headers: dict[str, str], secret: str) -> None:
        """Print one delivery."""
        name, attempt = headers.get("x-webhook-event", "?"), headers.get("x-webhook-attempt", "?")
        self.stdout.write(f"{name}, attempt {attempt}: {verdict(body, headers, secret)}")
        try:
            self.stdout.write(json.dumps(json.loads(body), indent=2, ensure_ascii=False))
        except ValueError:
            self.stdout.write(base64.b64encode(body).decode())
