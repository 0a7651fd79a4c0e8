"""The limit of an address: for requests without credentials, and for those whose credential turned out to be bad.

It stands above the gate and below what only pages need, so machine calls pass it too. A good credential is never
refused because of others at its address: it has a bucket of its own.
"""

from __future__ import annotations

import math
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from authn.limits import Take
from authn.sightings import note_failure, note_use
from authn.throttle import network_of, take_token
from common.api.problems import problem_response
from common.client_ip import client_ip
from common.middleware import GetResponse
from common.views import speaks_problems

# What counts for itself: allauth's pages, and the OAuth endpoints, whose errors have their own form.
OWN_LIMITS = ("/accounts/", "/api/oauth/token")
DETAIL = "Too many requests without a valid credential came from your network. Try again later."


class AddressLimitMiddleware:
    """Answers 429 once an address has used up ADDRESS_RATE_LIMIT."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponse:
        """Count a machine call when it was refused, and anyone who is not signed in beforehand."""
        if request.machine_call:
            return self.answer_machine(request)
        if request.path_info.startswith(OWN_LIMITS) or is_signed_in(request):
            return self.get_response(request)
        return self.charge(request) or self.get_response(request)

    def answer_machine(self, request: Any) -> HttpResponse:
        """Let a machine call through, and take note of whence it came."""
        response = self.get_response(request)
        if response.status_code == 401:
            note_failure(request)
            return self.charge(request) or response
        principal = getattr(request, "principal", None)
        if principal is not None and principal.credential_id is not None:
            note_use(request, principal.credential_id)
        return response

    def charge(self, request: HttpRequest) -> HttpResponse | None:
        """Take a token of the caller's address; the refusal when there is none."""
        take = take_token("address", network_of(client_ip(request)), settings.ADDRESS_RATE_LIMIT)
        return None if take.allowed else refusal(request, take)


def is_signed_in(request: Any) -> bool:
    """Whether a session says who this is. Without a cookie it is not looked at: the answer would vary by it."""
    return settings.SESSION_COOKIE_NAME in request.COOKIES and request.user.is_authenticated


def refusal(request: HttpRequest, take: Take) -> HttpResponse:
    """A problem for programs, a page for people; both say when to come back."""
    if speaks_problems(request) or request.path_info.startswith("/.well-known/"):
        response: HttpResponse = problem_response(request, status=429, code="rate_limited", detail=DETAIL)
    else:
        response = render(request, "errors/429.html", status=429)
    response["Retry-After"] = str(max(1, math.ceil(take.retry_seconds)))
    return response
