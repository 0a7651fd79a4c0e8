"""An application from its first draft to the marketplace, as partner and as reviewer, in a real browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from applications.models import PartnerApplication
from events.services.catalogue import initialize_standard_events
from partners.models import User
from tests.e2e.conftest import DESK, OpenPage
from tests.e2e.inspection import MODES

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def cast(alice: User, dana: User) -> tuple[User, User]:
    """The partner's owner and the reviewer, on an instance with its catalogue."""
    initialize_standard_events()
    return alice, dana


def status() -> str:
    return PartnerApplication.objects.get().status


def draft(page: Page) -> None:
    """Create an application and walk the wizard."""
    page.get_by_role("link", name="Create application").first.click()
    page.get_by_label("Name").fill("Lead Router")
    page.get_by_role("button", name="Create application").click()
    page.get_by_label("Description").fill("Routes every new lead to the agent who is free.")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("What it may do")
    page.get_by_label("read:leads", exact=False).first.check()
    page.get_by_label("What it does with it: read:leads").fill("To route them.")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("What you do with the data").fill("Routing.")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("Email for security incidents").fill("security@acme.test")
    page.get_by_role("button", name="Save and continue").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Where people are sent")


def open_submission(page: Page) -> None:
    """From the queue to the desk."""
    page.goto("/admin/applications/applicationversion/")
    page.get_by_role("link", name="Lead Router").first.click()
    expect(page.get_by_text("Checks at submission")).to_be_visible()


def submit_what_is_refused_then_mended(page: Page) -> None:
    """The wizard saves by itself and says at once what would be refused."""
    page.get_by_label("Redirect URIs").fill("http://acme.test/callback")
    page.get_by_label("Redirect URIs").blur()
    checks = page.get_by_role("complementary", name="Checks")
    expect(checks.get_by_text("SEC001")).to_be_visible()
    expect(page.locator("#saved")).to_have_text("Saved")
    page.goto(page.url.replace("/links", "/submit"))
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Not submitted")).to_be_visible()
    assert status() == "draft"
    checks.get_by_role("link", name="Redirect URIs use HTTPS").click()
    page.get_by_label("Redirect URIs").fill("https://acme.test/callback")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_label("Note to the reviewer").fill("Our first application.")
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Position in the queue")).to_be_visible()
    assert status() == "submitted"


def ask_for_changes(page: Page) -> None:
    """Claim it and send it back."""
    open_submission(page)
    expect(page.get_by_text("Our first application.")).to_be_visible()
    page.get_by_role("button", name="Claim").click()
    expect(page.get_by_text("You are reviewing it.")).to_be_visible()
    page.get_by_label("Text", exact=False).fill("Say how long you keep the leads.")
    page.get_by_role("button", name="Request changes").click()
    expect(page.get_by_text("The partner is asked for changes.")).to_be_visible()
    assert status() == "changes_requested"


def answer_and_resubmit(page: Page) -> None:
    """From the home page to the conversation, the missing step, and the queue again."""
    page.goto("/")
    page.get_by_role("link", name="Changes requested for Lead Router").click()
    expect(page.get_by_text("Say how long you keep the leads.").first).to_be_visible()
    page.get_by_role("link", name="Review", exact=True).click()
    page.get_by_label("Message").fill("Thirty days; it is stated now.")
    page.get_by_role("button", name="Send message").click()
    expect(page.get_by_text("Thirty days; it is stated now.", exact=True)).to_be_visible()
    page.get_by_role("link", name="Edit").click()
    page.get_by_role("link", name="3. Data").click()
    page.get_by_label("Days you keep it").fill("30")
    page.get_by_role("button", name="Save and continue").click()
    page.get_by_role("link", name="6. Submit").click()
    page.get_by_role("button", name="Submit for review").click()
    expect(page.get_by_text("Position in the queue")).to_be_visible()


def photograph(page: Page, shots: Path) -> None:
    """The desk in both themes and on a phone."""
    for mode, (media, viewport) in MODES.items():
        page.emulate_media(**media)  # type: ignore[arg-type]  # (a literal per mode)
        page.set_viewport_size(viewport)  # type: ignore[arg-type]  # (as above)
        page.screenshot(path=shots / f"admin-desk-{mode}.png", full_page=True)
    page.set_viewport_size(DESK)  # type: ignore[arg-type]  # (as above)


def test_from_draft_to_published(open_page: OpenPage, cast: tuple[User, User], shots: Path | None) -> None:
    alice, dana = cast
    partner = open_page("/applications", user=alice)
    draft(partner)
    submit_what_is_refused_then_mended(partner)
    reviewer = open_page("/admin/applications/applicationversion/", user=dana)
    ask_for_changes(reviewer)
    answer_and_resubmit(partner)

    open_submission(reviewer)
    expect(reviewer.get_by_text("Thirty days; it is stated now.", exact=True)).to_be_visible()
    if shots:
        photograph(reviewer, shots)
    reviewer.get_by_role("button", name="Approve").click()
    expect(reviewer.get_by_text("Your approval is recorded.")).to_be_visible()
    assert status() == "approved"

    partner.reload()
    partner.get_by_role("button", name="Publish").click()
    partner.get_by_role("button", name="Publish application").click()
    expect(partner.get_by_text("Lead Router is published.")).to_be_visible()
    assert status() == "published"
    partner.get_by_role("link", name="History").click()
    expect(partner.get_by_text("Approved to published")).to_be_visible()
    expect(partner.get_by_text("In review to changes requested")).to_be_visible()
