"""Request-wide concerns of every page and call."""

from __future__ import annotations

import re
from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.urls import get_resolver
from uuid_utils import uuid7

from common.headers import put
from common.machine import is_machine_call

VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestMiddleware:
    """Gives every request an id, kept from a valid `X-Request-Id`, and returns it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set `request.request_id` and the response header."""
        inbound = request.META.get("HTTP_X_REQUEST_ID", "")
        request.request_id = inbound if VALID_REQUEST_ID.fullmatch(inbound) else uuid7().hex  # type: ignore[attr-defined]  # (our own attribute)
        response = self.get_response(request)
        put(response, [("X-Request-Id", request.request_id)])  # type: ignore[attr-defined]  # (our own attribute)
        return response


class AdminContentSecurityMiddleware:
    """Loosens the policy for /admin/ alone: Unfold's Alpine evaluates attributes and sets inline styles."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Replace the script and style directives of admin pages."""
        response = self.get_response(request)
        if request.path.startswith("/admin/"):
            response._csp_replace = {  # type: ignore[attr-defined]  # noqa: SLF001 (django-csp's documented seam)
                "script-src": [SELF, UNSAFE_EVAL],
                "style-src": [SELF, UNSAFE_INLINE],
            }
        return response


class PortalEndMiddleware:
    """Stands below the layers that only pages need, and marks where machine calls come out."""

    # Set while a handler builds its chain, from the innermost layer outwards.
    beyond: GetResponse

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = type(self).beyond = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Go on."""
        return self.get_response(request)


class PortalStartMiddleware:
    """Takes machine calls past every layer down to PortalEndMiddleware, with nobody signed in.

    Sessions, CSRF, page policies and static files cost as much as the rest of a machine call, and a bearer credential
    is never to be mixed up with a cookie. A call from a browser's script (it has an Origin), or one that is to be
    redirected to HTTPS, takes the long way.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response
        self.beyond = PortalEndMiddleware.beyond
        self.https = bool(settings.SECURE_SSL_REDIRECT)
        self.headers = {"X-Content-Type-Options": "nosniff"}
        if settings.SECURE_HSTS_SECONDS:
            domains = "; includeSubDomains; preload" if settings.SECURE_HSTS_INCLUDE_SUBDOMAINS else ""
            self.headers["Strict-Transport-Security"] = f"max-age={settings.SECURE_HSTS_SECONDS}{domains}"

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Choose the way."""
        machine = is_machine_call(request.META, request.path_info)
        request.machine_call = machine  # type: ignore[attr-defined]  # (our own attribute)
        if not machine or "HTTP_ORIGIN" in request.META or (self.https and not request.is_secure()):
            return self.get_response(request)
        request.user = NOBODY
        response = self.beyond(request)
        put(response, self.headers.items())
        return response


NOBODY = AnonymousUser()


class MachineCallMiddleware:
    """Innermost: answers what PortalStartMiddleware took past the layers, past the view hooks of those layers too.

    Of all layers only CSRF checks and allauth's redirects have such hooks, and both are about people in browsers.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Resolve the path and call its view."""
        if request.user is not NOBODY:
            return self.get_response(request)
        match = get_resolver().resolve(request.path_info)
        request.resolver_match = match
        response: HttpResponse = match.func(request, *match.args, **match.kwargs)
        render = getattr(response, "render", None)
        return response if render is None else render()
