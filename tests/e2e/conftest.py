"""A real Chromium against a live server, signed in as one of the cast."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page
from pytest_django.live_server_helper import LiveServer

from partners.models import User
from tests.browser import chromium

DESK = {"width": 1280, "height": 800}
PHONE = {"width": 360, "height": 740}

OpenPage = Callable[..., Page]


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """One Chromium for all of them."""
    # Playwright's loop runs in this thread; Django would take the fixtures' queries for async code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with chromium() as running:
        yield running
    del os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"]


@pytest.fixture
def shots(request: pytest.FixtureRequest) -> Path | None:
    """Where to put pictures of the pages, if anywhere."""
    directory: Path | None = request.config.getoption("--shots")
    if directory:
        directory.mkdir(parents=True, exist_ok=True)
    return directory


@pytest.fixture
def complaints() -> Iterator[list[str]]:
    """What the browser complained about; a test fails on any."""
    found: list[str] = []
    yield found
    assert found == []


@pytest.fixture
def open_page(browser: Browser, live_server: LiveServer, complaints: list[str]) -> Iterator[OpenPage]:
    """`open_page("/path", user=alice, viewport=PHONE, color_scheme="dark")`: a page in a browser of its own."""
    contexts: list[BrowserContext] = []

    def hear(message: ConsoleMessage) -> None:
        if message.type in {"error", "warning"}:
            complaints.append(f"{message.type}: {message.text}")

    def open_page(path: str = "/", *, user: User | None = None, **options: Any) -> Page:
        context = browser.new_context(**{"base_url": live_server.url, "viewport": DESK, **options})
        context.set_default_timeout(15_000)
        contexts.append(context)
        if user is not None:
            client = Client()
            client.force_login(user)
            session = client.cookies[settings.SESSION_COOKIE_NAME].value
            context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": session, "url": live_server.url}])
        page = context.new_page()
        page.on("console", hear)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.goto(path)
        return page

    yield open_page
    for context in contexts:
        context.close()
