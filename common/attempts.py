"""Calling a service from a page that answers with a message."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from common.errors import DomainError


def attempt(request: HttpRequest, act: Callable[[], Any], done: str | Callable[[Any], str]) -> bool:
    """Call a service and say what came of it, if need be in words made of its result; whether it was done."""
    try:
        result = act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, done if isinstance(done, str) else done(result))
    return True
