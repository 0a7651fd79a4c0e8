"""Request-wide concerns of every page and call."""

from __future__ import annotations

import re
from collections.abc import Callable

from csp.constants import SELF, UNSAFE_EVAL, UNSAFE_INLINE
from django.http import HttpRequest, HttpResponse

from common.ids import uuid7

VALID_REQUEST_ID = re.compile(r"[A-Za-z0-9_.-]{1,64}")
GetResponse = Callable[[HttpRequest], HttpResponse]


class RequestMiddleware:
    """Gives every request an id, kept from a valid `X-Request-Id`, and returns it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Set `request.request_id` and the response header."""
        inbound = request.headers.get("X-Request-Id", "")
        request.request_id = inbound if VALID_REQUEST_ID.fullmatch(inbound) else uuid7().hex  # type: ignore[attr-defined]
        response = self.get_response(request)
        response["X-Request-Id"] = request.request_id  # type: ignore[attr-defined]
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
