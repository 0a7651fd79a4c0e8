"""The API reference in a real browser: samples, and a call that is really made with a test key."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import expect

from applications.models import PartnerApplication
from tests.conftest import make_key
from tests.e2e.conftest import PHONE, OpenPage

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]


def test_the_reference_tries_a_call_with_a_test_key(
    open_page: OpenPage, application: PartnerApplication, shots: Path | None
) -> None:
    key = make_key(application, environment="test")
    page = open_page("/api/docs")
    page.get_by_role("button", name="Authorize", exact=True).click()
    dialog = page.locator(".dialog-ux")
    dialog.locator("#auth-bearer-value").fill(key)
    dialog.get_by_role("button", name="Apply credentials").first.click()
    dialog.get_by_role("button", name="Close").last.click()

    operation = page.locator("#operations-keys-keys_list")
    operation.locator(".opblock-summary-control").click()
    expect(operation.locator(".api-needs")).to_have_text("Needs: the scope manage:keys.")
    for label, words in (
        ("curl", "Authorization: Bearer $TREATY_KEY"),
        ("Python", "keys_list.sync(client=client)"),
        ("TypeScript", "keysList({ client })"),
    ):
        operation.get_by_role("button", name=label, exact=True).click()
        expect(operation.locator(".api-sample pre")).to_contain_text(words)
    if shots:
        page.screenshot(path=shots / "reference-operation.png")
    operation.get_by_role("button", name="Try it out").click()
    operation.get_by_role("button", name="Execute").click()
    live = operation.locator(".live-responses-table .response").first
    expect(live.locator(".response-col_status")).to_contain_text("200")
    expect(live).to_contain_text(f'"keyPrefix": "{key[:8]}"')
    expect(live).to_contain_text("api-version")


@pytest.mark.parametrize(
    ("name", "options"),
    [
        ("light", {}),
        ("dark", {"color_scheme": "dark"}),
        ("phone", {"viewport": PHONE}),
    ],
)
def test_the_reference_page_fits(
    open_page: OpenPage, db: None, name: str, options: dict[str, object], shots: Path | None
) -> None:
    page = open_page("/api/docs", **options)
    operation = page.locator("#operations-webhooks-webhooks_create")
    expect(operation).to_be_visible(timeout=20_000)  # the document is large, and the first page compiles it
    if shots:
        page.screenshot(path=shots / f"reference-{name}-top.png")
    operation.locator(".opblock-summary-control").click()
    expect(operation.locator(".api-sample pre")).to_contain_text("curl -X POST")
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    assert page.evaluate("document.documentElement.classList.contains('dark-mode')") is (name == "dark")
    expect(page.locator("#versions")).to_be_visible()
    if shots:
        page.screenshot(path=shots / f"reference-{name}.png")
        operation.scroll_into_view_if_needed()
        page.screenshot(path=shots / f"reference-{name}-operation.png")
