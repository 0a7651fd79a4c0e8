"""`/internal/authorize`, answered before Django's handler: a proxy asks it about every request.

nginx takes 2xx, 401 and 403 for answers and everything else for a failure, so a hasty caller is 403 with the reason
`rate_limited`, unless the proxy says `?strict=1` because it passes 429 on (Envoy and Traefik do).
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable
from types import SimpleNamespace
from typing import Any

from uuid_utils import uuid7

from authn.credentials import Credential
from authn.gate import LIMIT_REACHED, QUOTA_REACHED, Refusal, admit, confirm, expect
from authn.gateway.paths import clean_path, route_of
from authn.gateway.table import table
from authn.metering import MAX_ROUTE, METHODS, encode
from authn.request_headers import caller_address, redacted_headers
from authn.services.metering import record_line
from common.api.problems import problem_body
from common.client_ip import address_in
from common.connections import close_unusable
from common.machine import SCHEME
from common.middleware import VALID_REQUEST_ID

PATH = "/internal/authorize"
Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], Any]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
STATUS_LINES = {200: "200 OK", 401: "401 Unauthorized", 403: "403 Forbidden", 429: "429 Too Many Requests"}
CHALLENGE = ("WWW-Authenticate", 'Bearer realm="treaty", error="invalid_token"')


class GatewayCheck:
    """Wraps the WSGI application: answers the check itself and passes everything else on."""

    def __init__(self, application: Application) -> None:
        self.application = application

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        """One request."""
        if environ["PATH_INFO"] != PATH:
            return self.application(environ, start_response)
        inbound = environ.get("HTTP_X_REQUEST_ID", "")
        request_id = inbound if VALID_REQUEST_ID.fullmatch(inbound) else uuid7().hex
        status, headers = check(environ, Asked(environ, request_id))
        if status == 429 and "strict=1" not in environ.get("QUERY_STRING", "").split("&"):
            status = 403
        body = b"" if status == 200 else problem(status, dict(headers)[REASON], request_id)
        headers += [
            ("X-Treaty-Request-Id", request_id),
            ("X-Request-Id", request_id),
            ("Content-Type", "application/problem+json"),
            ("Content-Length", str(len(body))),
            ("Cache-Control", "no-store"),
        ]
        start_response(STATUS_LINES[status], headers)
        return [body]


REASON = "X-Treaty-Reason"
DETAILS = {
    "missing_credential": "An Authorization header with a key or a token is needed.",
    "invalid_credential": "The credential is not valid, or no longer is.",
    "network_not_allowed": "This key may not be used from this address.",
    "route_not_allowed": "No credential opens this path with this method.",
    "insufficient_scope": "The credential lacks the scope of this path.",
    "rate_limited": LIMIT_REACHED,
    "quota_exceeded": QUOTA_REACHED,
}
Answer = tuple[int, list[tuple[str, str]]]


def problem(status: int, code: str, request_id: str) -> bytes:
    """The problem a proxy that passes our answer on shows to the caller."""
    asked = SimpleNamespace(request_id=request_id)
    return json.dumps(problem_body(asked, status=status, code=code, detail=DETAILS.get(code, "Refused."))).encode()


def check(environ: Environ, request: Asked) -> Answer:
    """Status and headers; the call is metered.

    With a warm credential and an ample bucket the answer is worked out first: taking, metering and seeing that nothing
    was revoked are then one round trip.
    """
    authorization = environ.get("HTTP_AUTHORIZATION", "")
    if authorization[: len(SCHEME)].lower() != SCHEME:
        # No error code for a request that brought nothing (RFC 6750, 3.1).
        return 401, [("WWW-Authenticate", 'Bearer realm="treaty"'), (REASON, "missing_credential")]
    raw = authorization[len(SCHEME) :].strip()
    snapshot = expect(raw, address=request.address)
    if snapshot is not None:
        status, headers = verdict(snapshot.credential, request)
        take = confirm(snapshot, request.line(snapshot.credential, status))
        if take is not None:
            return status, [*take.headers().items(), *headers]
    close_unusable()  # what comes now may read
    try:
        admission = admit(raw, address=request.address)
    except Refusal as refusal:
        if refusal.credential is not None:
            record_line(request.line(refusal.credential, refusal.status))
        challenge = [CHALLENGE] if refusal.status == 401 else []
        return refusal.status, [*challenge, *refusal.headers.items(), (REASON, refusal.code)]
    if admission.take.allowed:
        status, headers = verdict(admission.credential, request)
    else:
        status, headers = 429, [(REASON, "rate_limited")]
    record_line(request.line(admission.credential, status))
    return status, [*admission.take.headers().items(), *headers]


def verdict(credential: Credential, request: Asked) -> Answer:
    """What the bearer of a credential that holds gets: the route's scope decides."""
    principal = credential.principal
    scope = "" if request.route is None else request.route.scope_for(request.method)
    if not scope:
        return 403, [(REASON, "route_not_allowed")]
    if not principal.has_scope(scope):
        challenge = f'Bearer realm="treaty", error="insufficient_scope", scope="{scope}"'
        return 403, [("WWW-Authenticate", challenge), (REASON, "insufficient_scope")]
    return 200, [*credential.identity, *credential.notices]


class Asked:
    """The request that the proxy asks about."""

    def __init__(self, environ: Environ, request_id: str) -> None:
        self.environ, self.request_id = environ, request_id
        self.started = time.perf_counter()
        self.call_id = uuid7().hex  # kept, so that a call is counted once
        self.method = environ.get("HTTP_X_ORIGINAL_METHOD", "GET").upper()
        path = clean_path(environ.get("HTTP_X_ORIGINAL_URI", ""))
        self.route = None if path is None else route_of(path, table.current())

    def address(self) -> str | None:
        """Where the caller is."""
        return address_in(self.environ)

    def line(self, credential: Credential, status: int) -> str:
        """The call as it stands in the usage stream, under the route of the service that it is for."""
        return encode(
            self.call_id,
            credential.caller,
            self.request_id,
            self.method if self.method in METHODS else "OTHER",
            f"{self.route.path_prefix}/*"[:MAX_ROUTE] if self.route else "",
            status,
            (time.perf_counter() - self.started) * 1000,
            0,
            0,
            credential.principal.environment,
            caller_address(self.environ, self.address),
            redacted_headers(self.environ),
        )
