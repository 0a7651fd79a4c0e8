"""How the component kit behaves, on the page that shows it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenPage

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def reference(open_page: OpenPage, settings: Any) -> Page:
    settings.DEMO = True
    return open_page("/design", permissions=["clipboard-read", "clipboard-write"])


def test_a_dialog_opens_closes_and_gives_the_focus_back(reference: Page) -> None:
    opener = reference.get_by_role("button", name="Open a dialog")
    opener.focus()
    reference.keyboard.press("Enter")
    dialog = reference.get_by_role("dialog", name="Send a test event")
    expect(dialog).to_be_visible()
    reference.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    expect(opener).to_be_focused()


def test_a_click_beside_a_dialog_closes_it(reference: Page) -> None:
    reference.get_by_role("button", name="Revoke…").click()
    dialog = reference.get_by_role("dialog", name="Revoke this key?")
    expect(dialog).to_be_visible()
    reference.mouse.click(5, 5)
    expect(dialog).to_be_hidden()


def test_copying_says_so_to_a_screen_reader(reference: Page) -> None:
    reference.get_by_role("button", name="Copy API key").click()
    assert reference.evaluate("navigator.clipboard.readText()") == "tk_7Qw3example0000000000000000000000000000"
    expect(reference.locator("#announcer")).to_have_text("Copied")


def test_a_secret_is_shown_on_request(reference: Page) -> None:
    secret = reference.get_by_role("textbox", name="Signing secret")
    masked = "element => getComputedStyle(element).webkitTextSecurity"
    assert secret.evaluate(masked) == "disc"
    button = reference.get_by_role("button", name="Show signing secret")
    button.click()
    assert secret.evaluate(masked) == "none"
    expect(button).to_have_attribute("aria-pressed", "true")


def test_arrow_keys_move_between_panels(reference: Page) -> None:
    first, second = (reference.get_by_role("tab", name=name) for name in ("curl", "Python"))
    first.focus()
    reference.keyboard.press("ArrowRight")
    expect(second).to_be_focused()
    expect(second).to_have_attribute("aria-selected", "true")
    expect(reference.get_by_role("tabpanel", name="Python")).to_be_visible()
    expect(reference.get_by_role("tabpanel", name="curl")).to_be_hidden()


def test_a_menu_stays_inside_the_window(reference: Page) -> None:
    reference.set_viewport_size({"width": 360, "height": 740})
    reference.get_by_role("button", name="Actions for Production").click()
    box = reference.locator("#row-menu-1").bounding_box()
    assert box is not None
    assert box["x"] >= 0
    assert box["x"] + box["width"] <= 360


def test_the_figures_of_a_chart_can_be_read(reference: Page) -> None:
    reference.get_by_text("Show as a table").click()
    table = reference.get_by_role("group", name="API calls per hour: figures")
    expect(table.get_by_role("row")).to_have_count(25)
    expect(reference.get_by_role("img", name="API calls per hour")).to_be_visible()
