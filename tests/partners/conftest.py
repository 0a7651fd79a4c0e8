"""Principals of the cast, and what the log of events says."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from common.principal import Principal
from events.models import PlatformEvent
from partners.models import User
from partners.selectors import principal_of_member, principal_of_staff


@pytest.fixture
def staff(dana: User) -> Principal:
    return principal_of_staff(dana)


@pytest.fixture
def owner(alice: User) -> Principal:
    return principal_of_member(alice.memberships.select_related("partner", "user").get())


@pytest.fixture
def developer(bob: User) -> Principal:
    return principal_of_member(bob.memberships.select_related("partner", "user").get())


@pytest.fixture
def stranger(charlie: User) -> Principal:
    return principal_of_member(charlie.memberships.select_related("partner", "user").get())


@pytest.fixture
def published(db: None) -> Callable[[], list[str]]:
    """Names of the events published so far, in order."""

    def names() -> list[str]:
        return list(PlatformEvent.objects.order_by("id").values_list("event_type__event_name", flat=True))

    return names


@pytest.fixture
def last_event(db: None) -> Callable[[], Any]:
    """The newest event."""
    return lambda: PlatformEvent.objects.order_by("id").last()
