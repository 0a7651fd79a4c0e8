"""What every template may use."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

THEMES = {"light", "dark"}


def treaty(request: HttpRequest) -> dict[str, Any]:
    """The CSP nonce under the name django-htmx expects, the chosen theme, and instance facts."""
    theme = request.COOKIES.get("theme", "")
    return {
        "csp_nonce": getattr(request, "csp_nonce", ""),
        "theme": theme if theme in THEMES else "",
        "demo": settings.DEMO,
        "version": settings.VERSION,
    }
