"""What the admin pages of this app share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest

from common.errors import DomainError
from common.principal import Principal
from partners.models import User
from partners.selectors import principal_of_staff


def reviewer(request: HttpRequest) -> Principal:
    """The member of staff behind a request of the admin."""
    assert isinstance(request.user, User)  # noqa: S101 (the admin lets nobody else in; narrows the type)
    return principal_of_staff(request.user)


def attempt(request: HttpRequest, act: Callable[[], Any], done: str) -> bool:
    """Call a service and say what came of it."""
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, done)
    return True


class ReadOnly:
    """Rows that only services write."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False
