"""Error pages and probes."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.shortcuts import render
from django.template.loader import render_to_string

from common.api.problems import problem_response


def speaks_problems(request: HttpRequest) -> bool:
    """Whether a program, not a person, reads the answer."""
    return f"{request.path}/".startswith(("/api/", "/internal/"))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A missing or stale CSRF token."""
    if speaks_problems(request):
        return problem_response(request, status=403, code="csrf_failed", detail="The CSRF token is missing or stale.")
    return render(request, "errors/403.html", {"reason": reason}, status=403)


def error(request: HttpRequest, exception: Any = None, *, status: int, code: str, detail: str) -> HttpResponse:
    """A problem under /api/, a page elsewhere."""
    if speaks_problems(request):
        return problem_response(request, status=status, code=code, detail=detail)
    return render(request, f"errors/{status}.html", status=status)


def bad_request(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Handler400."""
    return error(request, status=400, code="bad_request", detail="The request is malformed.")


def forbidden(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Handler403."""
    return error(request, status=403, code="forbidden", detail="You may not do this.")


def not_found(request: HttpRequest, exception: Any = None) -> HttpResponse:
    """Handler404."""
    return error(request, status=404, code="not_found", detail="There is nothing at this path.")


def server_error(request: HttpRequest) -> HttpResponse:
    """Handler500. The page is rendered without context processors: what failed may be what they need."""
    if request.path.startswith(("/api/", "/internal/")):
        detail = "Something went wrong on our side. It has been logged."
        return problem_response(request, status=500, code="internal", detail=detail)
    page = render_to_string("errors/500.html", {"request_id": getattr(request, "request_id", "")})
    return HttpResponseServerError(page)
