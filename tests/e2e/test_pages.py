"""Every page of the portal, found by following its own links: accessible, no wider than the screen, no complaints."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.urls import Resolver404, URLPattern, URLResolver, resolve
from playwright.sync_api import Error, Page, Response

from config.urls import APPS
from tests.e2e.conftest import OpenPage
from tests.e2e.inspection import inspect, name_of
from tests.e2e.world import build_world

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(900)]

SIGNED_OUT = ["/accounts/login/", "/accounts/signup/", "/accounts/password/reset/", "/accounts/password/reset/done/"]
ACCOUNT = [
    "/profile",
    "/accounts/email/",
    "/accounts/password/change/",
    "/accounts/2fa/",
    "/accounts/sessions/",
    "/accounts/logout/",
    "/accounts/reauthenticate/",
]
# What no page leads to, and why.
UNLINKED = {
    "no-partner": "home sends people there who have no partner",
    "start": "home sends people there who have no company yet",
    "invitations/<str:token>": "an e-mail leads there",
    "api/oauth/authorize": "an integrator's program leads there",
    r"^\.well-known/oauth-authorization-server(?P<issuer_path>/.*)?$": "OAuth libraries know it",
    ".well-known/jwks.json": "as above",
    "switch-partner": "a form posts there",
    "profile": "the tabs of the account pages lead there, which are walked through below",
    "webhooks/<uuid:pk>/log": "a part of an endpoint's page, which it fetches again",
    "company/logo": "a picture that one has to upload first",
    "applications/<uuid:pk>/icon": "as above",
    "applications/<uuid:pk>/screenshots/<int:position>": "as above",
}
ELSEWHERE = re.compile(r"^/(admin|api|accounts|static|internal|metrics)(/|$)")


def portal_routes(patterns: Iterable[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """Every URL pattern of the portal that answers GET."""
    for pattern in patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from portal_routes(pattern.url_patterns, route)
            continue
        view = getattr(pattern.callback, "view_class", None)
        if view is None or ("get" in view.http_method_names and hasattr(view, "get")):
            yield route


def links_of(page: Page, selector: str = "a[href]:not([download])", attribute: str = "href") -> list[str]:
    """Paths this page links to, in order."""
    targets: list[str] = page.eval_on_selector_all(selector, f"all => all.map(one => one.{attribute})")
    origin = urlsplit(page.url)
    return [
        urlsplit(target).path
        for target in targets
        if urlsplit(target).netloc == origin.netloc and not ELSEWHERE.match(urlsplit(target).path)
    ]


def kind_of(path: str) -> tuple[str, str]:
    """The URL pattern behind a path, so that one page of each kind is enough; every step of a form is its own kind."""
    try:
        match = resolve(path)
    except Resolver404:
        return path, ""
    return match.route, match.kwargs.get("step", "")


def visit(page: Page, path: str) -> Response | None:
    """Go there; None for a download, which leaves the browser where it was."""
    try:
        return page.goto(path)
    except Error as error:
        if "Download is starting" not in error.message:
            raise
        return None


def test_every_page_of_the_portal(open_page: OpenPage, shots: Path | None) -> None:
    page = open_page("/", user=build_world())
    waiting, seen, reached, problems = ["/"], set[str](), {""}, list[str]()
    visits: Counter[tuple[str, str]] = Counter()
    while waiting:
        path = waiting.pop(0)
        kind = kind_of(path)
        # The second of a kind is followed too: it may link to what an empty first one cannot.
        if path in seen or visits[kind] == 2:
            continue
        seen.add(path)
        visits[kind] += 1
        answer = visit(page, path)
        if answer is None or "text/html" not in answer.headers["content-type"]:
            continue
        if not answer.ok:
            problems.append(f"{path}: {answer.status}")
            continue
        waiting += links_of(page)
        shown = [*links_of(page), *links_of(page, "a[download]"), *links_of(page, "img[src]", "src")]
        reached |= {kind_of(path)[0] for path in shown}
        if visits[kind] == 1:
            problems += inspect(page, name_of(path), shots)
    assert problems == []
    routes = {route for app in APPS for route in portal_routes(import_module(f"{app}.portal.urls").urlpatterns)}
    assert routes - reached == UNLINKED.keys()


def test_every_account_page(open_page: OpenPage, shots: Path | None) -> None:
    build_world()
    page = open_page("/accounts/login/?next=/accounts/2fa/")
    page.get_by_label("Email").fill("alice@acme.test")
    page.get_by_label("Password").fill("correct horse battery")
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.get_by_role("heading", name="Two-step sign-in").wait_for()
    problems = []
    for path in ACCOUNT:
        page.goto(path)
        problems += inspect(page, name_of(path), shots)
    page = open_page("/accounts/login/")
    for path in SIGNED_OUT:
        page.goto(path)
        problems += inspect(page, name_of(path), shots)
    assert problems == []


def test_the_component_reference(open_page: OpenPage, settings: Any, shots: Path | None) -> None:
    settings.DEMO = True
    assert inspect(open_page("/design"), "design", shots) == []
