"""The gate in front of every machine call: credential, limit, rate headers, metering."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponse
from uuid_utils import uuid7

from authn.credentials import Credential
from authn.gate import LIMIT_REACHED, Address, Admission, Refusal, admit, confirm, expect
from authn.metering import METHODS, encode
from authn.request_headers import caller_address, redacted_headers
from authn.routes import template_of
from authn.services.metering import record_line
from common.api.problems import problem_response
from common.client_ip import client_ip
from common.headers import put
from common.machine import LONGEST_BODY, bearer_credential

GetResponse = Callable[[HttpRequest], HttpResponse]
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})


class GateMiddleware:
    """Resolves the bearer credential of a machine call to `request.principal`, and answers bad or hasty ones itself."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Let the request through the gate; meter what was answered."""
        if not request.machine_call:
            return self.get_response(request)
        started = time.perf_counter()
        raw, address = bearer_credential(request), partial(client_ip, request)
        request.call_id = None
        if request.method in SAFE_METHODS:
            early = self.answer_first(request, raw, address, started)
            if early is not None:
                return early
        try:
            admission = admit(raw, address=address)
        except Refusal as refusal:
            response = refuse(request, refusal)
            if refusal.credential is not None:
                meter(request, response, refusal.credential, started)
            return response
        if admission.take.allowed:
            request.principal = admission.credential.principal
            response = self.get_response(request)
        else:
            response = problem_response(request, status=429, code="rate_limited", detail=LIMIT_REACHED)
        meter(request, response, admission.credential, started)
        return labelled(response, admission)

    def answer_first(self, request: Any, raw: str, address: Address, started: float) -> HttpResponse | None:
        """The answer, if the caller may see it; None when the request has to pass the gate first."""
        snapshot = expect(raw, address=address)
        if snapshot is None:
            return None
        credential = snapshot.credential
        request.principal = credential.principal
        response = self.get_response(request)
        take = confirm(snapshot, line_of(request, response, credential, started))
        if take is not None:
            return labelled(response, Admission(credential, take))
        if response.streaming:
            response.close()  # it may hold a file
        request.principal = request.resolver_match = None
        return None


def labelled(response: HttpResponse, admission: Admission) -> HttpResponse:
    """The answer with its rate headers and the notices of its application."""
    put(response, admission.take.headers().items())
    for name, value in admission.credential.notices:
        response.headers[name] = value
    if not response.streaming and "Content-Length" not in response.headers:
        put(response, [("Content-Length", str(len(response.content)))])
    return response


def refuse(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The problem a refusal becomes."""
    response = problem_response(request, status=refusal.status, code=refusal.code, detail=refusal.detail)
    if refusal.status == 401:
        response["WWW-Authenticate"] = 'Bearer realm="treaty", error="invalid_token"'
    for name, value in refusal.headers.items():
        response[name] = value
    return response


def meter(request: Any, response: HttpResponse, credential: Credential, started: float) -> None:
    """Record the answered call before the answer leaves."""
    record_line(line_of(request, response, credential, started))


def line_of(request: Any, response: HttpResponse, credential: Credential, started: float) -> str:
    """The answered call as it stands in the usage stream; a request keeps its id, so that it is counted once."""
    request.call_id = request.call_id or uuid7().hex
    match = request.resolver_match
    method = request.method
    return encode(
        request.call_id,
        credential.caller,
        request.request_id,
        method if method in METHODS else "OTHER",
        template_of(match.route) if match is not None else "",
        response.status_code,
        (time.perf_counter() - started) * 1000,
        claimed_length(request.META.get("CONTENT_LENGTH") or ""),
        0 if response.streaming else len(response.content),
        credential.principal.environment,
        caller_address(request.META, lambda: client_ip(request)),
        redacted_headers(request.META),
    )


def claimed_length(text: str) -> int:
    """How long a body is by its `Content-Length`, as far as any is read: the claim itself may be any number."""
    return min(int(text[:20]), LONGEST_BODY) if text.isascii() and text.isdigit() else 0
