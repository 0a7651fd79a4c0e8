"""The guarded HTTP client for addresses that partners name.

Every connection is checked where it is dialled (libcurl's OPENSOCKETFUNCTION), so neither a redirect nor a name that
resolves differently the second time reaches an inside address. No redirects, no proxies, no credentials from the
environment, a total deadline that includes the body, and a body cap.
"""

from __future__ import annotations

import io
import socket
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import certifi
import pycurl
from django.conf import settings

from common.addresses import is_in, is_public, parse
from common.outbound_urls import PORTS, RefusedURLError, check_url

DEADLINE_SECONDS = 15.0
CONNECT_SECONDS = 5.0
MAX_BODY_BYTES = 16 * 1024
MAX_CONNECTION_SECONDS = 300

ERRORS = {
    pycurl.E_OPERATION_TIMEDOUT: "timeout",
    pycurl.E_COULDNT_RESOLVE_HOST: "dns_failed",
    pycurl.E_COULDNT_CONNECT: "connection_refused",
    pycurl.E_GOT_NOTHING: "empty_reply",
    pycurl.E_RECV_ERROR: "connection_reset",
    pycurl.E_SEND_ERROR: "connection_reset",
    pycurl.E_PARTIAL_FILE: "connection_reset",
    pycurl.E_SSL_CONNECT_ERROR: "tls_failed",
    pycurl.E_PEER_FAILED_VERIFICATION: "tls_failed",
    pycurl.E_SSL_CERTPROBLEM: "tls_failed",
    pycurl.E_SSL_CIPHER: "tls_failed",
}


@dataclass(frozen=True, slots=True)
class Request:
    """What to send. Headers are complete `Name: value` lines."""

    url: str
    method: str = "POST"
    headers: Sequence[str] = ()
    body: bytes | None = None
    environment: str = "live"
    timeout: float = DEADLINE_SECONDS


@dataclass(frozen=True, slots=True)
class Response:
    """What came back, or `error` (a stable code) and `detail` when no complete answer did."""

    status: int = 0
    raw_headers: str = ""
    body: bytes = b""
    truncated: bool = False
    duration_ms: float = 0.0
    error: str = ""
    detail: str = ""

    @property
    def ok(self) -> bool:
        """A 2xx answer."""
        return not self.error and 200 <= self.status < 300

    @property
    def headers(self) -> dict[str, str]:
        """The answer's headers by lower-case name."""
        return parse_headers(self.raw_headers)


def parse_headers(raw: str) -> dict[str, str]:
    """Header lines as a mapping; a repeated name keeps its last value."""
    pairs = (line.partition(":") for line in raw.splitlines())
    return {name.strip().lower(): value.strip() for name, colon, value in pairs if colon}


class Transfer:
    """One libcurl handle with every guard on it, used for request after request."""

    def __init__(self) -> None:
        self.curl = curl = pycurl.Curl()
        self.context: Any = None
        self.started = 0.0
        self.standard_port = 443
        self.blocked = ""
        self.head = io.BytesIO()
        self.chunks: list[bytes] = []
        self.size = 0
        curl.transfer = self
        curl.setopt(pycurl.OPENSOCKETFUNCTION, self.open_socket)
        curl.setopt(pycurl.PROTOCOLS, pycurl.PROTO_HTTP | pycurl.PROTO_HTTPS)
        curl.setopt(pycurl.FOLLOWLOCATION, 0)
        curl.setopt(pycurl.HTTP_VERSION, pycurl.CURL_HTTP_VERSION_1_1)
        curl.setopt(pycurl.PROXY, "")
        curl.setopt(pycurl.NETRC, pycurl.NETRC_IGNORED)
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.CAINFO, certifi.where())
        curl.setopt(pycurl.SSLVERSION, pycurl.SSLVERSION_TLSv1_2)
        curl.setopt(pycurl.CONNECTTIMEOUT_MS, int(CONNECT_SECONDS * 1000))
        curl.setopt(pycurl.MAXLIFETIME_CONN, MAX_CONNECTION_SECONDS)
        curl.setopt(pycurl.USERAGENT, f"Treaty-Webhooks/{settings.VERSION}")
        curl.setopt(pycurl.WRITEFUNCTION, self.write)

    def open_socket(self, purpose: int, address: Any) -> int:
        """Refuse an address that is denied, or a port that only an allowed network may use; else make the socket."""
        host, port = str(address.addr[0]), int(address.addr[1])
        callable_here = is_public(host) and port == self.standard_port
        if not callable_here and not is_in(parse(host), settings.WEBHOOK_ALLOWED_NETWORKS):
            self.blocked = host
            return int(pycurl.SOCKET_BAD)
        return socket.socket(address.family, address.socktype, address.protocol).detach()

    def write(self, data: bytes) -> int:
        """Keep the body up to the cap, then stop the transfer."""
        room = MAX_BODY_BYTES - self.size
        self.size += len(data)
        if len(data) <= room:
            self.chunks.append(data)
            return len(data)
        self.chunks.append(data[:room])
        return 0

    def prepare(self, request: Request) -> None:
        """Load `request` into the handle."""
        curl = self.curl
        self.blocked, self.size, self.chunks, self.head = "", 0, [], io.BytesIO()
        # Port 0 is never dialled: plain http in live mode goes to allowed networks alone.
        scheme = request.url.partition(":")[0].lower()
        self.standard_port = PORTS[request.environment].get(scheme, 0)
        curl.setopt(pycurl.URL, request.url)
        curl.setopt(pycurl.HEADERFUNCTION, self.head.write)
        curl.setopt(pycurl.HTTPHEADER, [*request.headers, "Expect:"])
        curl.setopt(pycurl.TIMEOUT_MS, int(request.timeout * 1000))
        if request.body is None:
            curl.setopt(pycurl.HTTPGET, 1)
            curl.setopt(pycurl.NOBODY, request.method == "HEAD")
        else:
            curl.setopt(pycurl.POSTFIELDS, request.body)
        curl.setopt(pycurl.CUSTOMREQUEST, request.method)
        self.started = time.monotonic()

    def response(self, code: int = 0, message: str = "") -> Response:
        """What came of it; `code` is libcurl's result."""
        duration = (time.monotonic() - self.started) * 1000
        capped = code == pycurl.E_WRITE_ERROR and self.size > MAX_BODY_BYTES
        if code and not capped:
            if self.blocked:
                error, message = "blocked_address", f"{self.blocked} is not an address the platform calls"
            else:
                error = ERRORS.get(code, "protocol_error")
        else:
            error = message = ""
        # Interim answers (1xx) come first, each its own block.
        head = self.head.getvalue()[: 4 * MAX_BODY_BYTES].decode("latin-1").rstrip("\r\n").rpartition("\r\n\r\n")[2]
        return Response(
            status=self.curl.getinfo(pycurl.RESPONSE_CODE),
            raw_headers=head.partition("\r\n")[2].replace("\r\n", "\n")[:MAX_BODY_BYTES],
            body=b"".join(self.chunks),
            truncated=capped,
            duration_ms=duration,
            error=error,
            detail=message,
        )


def fetch(
    url: str,
    *,
    method: str = "GET",
    headers: Sequence[str] = (),
    body: bytes | None = None,
    environment: str = "live",
    timeout: float = DEADLINE_SECONDS,
) -> Response:
    """`send` by its parts."""
    return send(Request(url, method, headers, body, environment, timeout))


def send(request: Request) -> Response:
    """Send one request and wait for its answer. Never raises for what the other side does: see `Response.error`."""
    try:
        check_url(request.url, environment=request.environment, allowed_networks=settings.WEBHOOK_ALLOWED_NETWORKS)
    except RefusedURLError as refusal:
        return Response(error="refused_url", detail=str(refusal))
    transfer = Transfer()
    transfer.prepare(request)
    try:
        transfer.curl.perform()
    except pycurl.error as failure:
        return transfer.response(*failure.args)
    else:
        return transfer.response()
    finally:
        transfer.curl.close()
