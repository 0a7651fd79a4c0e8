"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def treaty(request: HttpRequest) -> dict[str, Any]:
    """The CSP nonce under the name django-htmx expects, and instance facts."""
    return {"csp_nonce": getattr(request, "csp_nonce", ""), "demo": settings.DEMO, "version": settings.VERSION}
