"""Principals of the cast, and what the log of events says."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from aiosmtpd.controller import Controller

from common.principal import Principal
from events.models import PlatformEvent
from partners.models import User
from partners.selectors import principal_of_member, principal_of_staff
from tests.partners.mailbox import Mailbox


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


@pytest.fixture
def mailbox(settings: Any) -> Iterator[Mailbox]:
    box = Mailbox()
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    controller = Controller(box, hostname="127.0.0.1", port=port, ready_timeout=30)
    controller.start()
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST = "127.0.0.1"
    settings.EMAIL_PORT = port
    settings.PUBLIC_URL = "https://partners.example"
    yield box
    controller.stop()
