"""A receiver for trying webhooks out: saves the last delivery. `python receive.py PORT FILE`."""

import json
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path


class Receiver(BaseHTTPRequestHandler):
    """Answers 200 to every POST, and an ownership challenge with the challenge. A receiver of yours verifies first."""

    def do_POST(self) -> None:
        """Write headers and body to FILE."""
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        headers = {name.lower(): value for name, value in self.headers.items()}
        partial = Path(sys.argv[2] + ".new")
        partial.write_text(json.dumps({"headers": headers, "body": body}), encoding="utf-8")
        partial.replace(sys.argv[2])
        self.send_response(200)
        self.end_headers()
        if "x-webhook-challenge" in headers:
            self.wfile.write(json.dumps({"challenge": json.loads(body)["data"]["challenge"]}).encode())

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the base class's name)
        """Quiet."""


if __name__ == "__main__":
    HTTPServer(("127.0.0.1", int(sys.argv[1])), Receiver).serve_forever()
