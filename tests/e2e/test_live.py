"""Pages that follow the stream of events, in a real browser."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from applications.models import PartnerApplication
from events.models import EventType, PlatformEvent
from events.services.catalogue import initialize_standard_events
from events.services.publishing import publish_event
from partners.models import PartnerMember, User
from tests.conftest import make_application
from tests.e2e.conftest import OpenPage
from tests.webhooks.conftest import make_endpoint, make_integration
from webhooks.models import WebhookDelivery

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]

RESUMED = 8_000  # milliseconds; the web server ends a stream at once, and a browser comes back after two seconds


def happen(name: str = "lead.created", entity_id: str = "lead_1", **fields: Any) -> PlatformEvent:
    example = EventType.objects.get(event_name=name).example
    return publish_event(
        event_name=name, entity_type=name.partition(".")[0], entity_id=entity_id, payload=example, **fields
    )


@pytest.fixture(autouse=True)
def _catalogue(bob: User, alice: User) -> None:
    """Acme's application reads leads; its owner and developer look on."""
    initialize_standard_events()
    make_application(bob.memberships.get().partner)


def test_an_event_appears_by_itself_and_leads_to_its_page(open_page: OpenPage, bob: User) -> None:
    earlier = happen()
    page = open_page("/events/live", user=bob)
    page.evaluate("window.here = true")
    expect(page.get_by_text("New events appear on top.")).to_be_visible()
    rows = page.locator("[data-live-rows] tr")
    expect(rows).to_have_count(1)

    later, sandbox = happen("lead.updated", "lead_2"), happen("policy.created", "policy_3", environment="test")

    expect(rows).to_have_count(3, timeout=RESUMED)
    assert [row.get_attribute("data-event") for row in rows.all()] == [str(e.id) for e in (sandbox, later, earlier)]
    expect(rows.nth(0)).to_contain_text("policy_3")
    expect(rows.nth(0).get_by_text("Test")).to_be_visible()
    expect(page.locator("#announcer")).to_have_text("1 new event, the latest lead.updated")
    assert page.evaluate("window.here")  # without a reload
    page.get_by_role("link", name="lead.updated").press("Enter")
    page.wait_for_url(f"**/events/{later.id}")


def test_it_pauses_and_keeps_to_the_filter(open_page: OpenPage, bob: User) -> None:
    page = open_page("/events/live?event=lead.created&entity=lead_7", user=bob)
    expect(page.get_by_text("Nothing matches yet")).to_be_visible()
    page.get_by_role("button", name="Pause").click()
    expect(page.get_by_text("New events are counted")).to_be_visible()

    happen("lead.updated", "lead_7")
    happen(entity_id="lead_8")
    wanted = happen(entity_id="lead_7")

    going_on = page.get_by_role("button", name="Continue (1 new)")
    expect(going_on).to_be_visible(timeout=RESUMED)
    expect(page.locator("[data-live-rows] tr")).to_have_count(0)
    going_on.click()
    expect(page.locator("[data-live-rows] tr")).to_have_count(1)
    expect(page.locator(f"tr[data-event='{wanted.id}']")).to_be_visible()
    expect(page.get_by_text("Nothing matches yet")).to_be_hidden()


def test_who_may_not_read_any_more_sees_no_more(open_page: OpenPage, complaints: list[str], bob: User) -> None:
    page = open_page("/events/live", user=bob)
    expect(page.get_by_text("New events appear on top.")).to_be_visible()
    PartnerMember.objects.filter(user=bob).update(role="viewer")
    happen()
    expect(page.get_by_text("may no longer read these events")).to_be_visible(timeout=RESUMED)
    expect(page.locator("[data-live-rows] tr")).to_have_count(0)
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()
    # The browser reports both refusals: of the stream, and of the question why.
    assert len([one for one in complaints if "403" in one]) == len(complaints) == 2
    complaints.clear()


def test_without_javascript_it_is_a_list(open_page: OpenPage, bob: User) -> None:
    event = happen()
    page = open_page("/events/live", user=bob, java_script_enabled=False)
    expect(page.get_by_role("link", name="lead.created")).to_have_attribute("href", f"/events/{event.id}")
    expect(page.get_by_text("This page needs JavaScript")).to_be_visible()
    expect(page.get_by_role("button", name="Pause")).to_be_hidden()


def test_the_log_of_an_endpoint_follows_and_deliveries_are_chosen_from_it(open_page: OpenPage, bob: User) -> None:
    integration = make_integration(PartnerApplication.objects.get())
    endpoint = make_endpoint(integration, "https://hooks.acme.example/treaty")
    page = open_page(f"/webhooks/{endpoint.id}", user=bob)
    expect(page.get_by_text("Nothing delivered yet")).to_be_visible()

    happen()
    happen("lead.updated")

    boxes = page.locator("input[name=delivery]")
    expect(boxes).to_have_count(2, timeout=RESUMED)
    WebhookDelivery.objects.filter(event__event_type__event_name="lead.created").update(status="failed", due_at=None)
    page.get_by_label("All on this page").check()
    assert [box.is_checked() for box in boxes.all()] == [True, True]
    page.get_by_role("button", name="Retry selected").click()
    expect(page.get_by_text("1 failed delivery is being tried again. 1 is under way already.")).to_be_visible()
    assert WebhookDelivery.objects.pending().count() == 2
