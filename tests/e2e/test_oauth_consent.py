"""Consent in a real browser: the page, and the way on to the client under the strict policy."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from authn.models import OAuthConsent
from authn.services.oauth import IssuedClient, create_client
from common.principal import SYSTEM
from partners.models import PartnerMember, User
from tests.authn.oauth.conftest import authorize_url
from tests.conftest import make_application, make_partner
from tests.e2e.conftest import OpenPage
from tests.e2e.inspection import inspect

pytestmark = [pytest.mark.e2e, pytest.mark.django_db(transaction=True)]
CALLBACK = "https://acme.test/callback"


@pytest.fixture
def issued(alice: User, charlie: User) -> IssuedClient:
    """Acme's client; Charlie belongs to two organizations and granted a little before."""
    application = make_application(alice.memberships.get().partner)
    issued = create_client(application=application, name="Acme Sync", redirect_uris=[CALLBACK], actor=SYSTEM)
    globex = charlie.memberships.get().partner
    OAuthConsent.objects.create(user=charlie, client=issued.client, partner=globex, scopes=["read:leads"])
    PartnerMember.objects.create(partner=make_partner("Initech"), user=charlie, role="viewer")
    return issued


def at_the_client(page: Page) -> list[str]:
    """Where the browser is sent, answered in the client's place."""
    seen: list[str] = []

    def answer(route: object, request: object) -> None:
        seen.append(request.url)  # type: ignore[attr-defined]  # (Playwright's Request)
        route.fulfill(status=200, content_type="text/html", body="<title>Acme</title>")  # type: ignore[attr-defined]  # (its Route)

    page.route("https://acme.test/**", answer)
    return seen


def test_allowing(open_page: OpenPage, issued: IssuedClient, charlie: User, shots: Path | None) -> None:
    page = open_page(authorize_url(issued), user=charlie)
    expect(page.get_by_role("heading", level=1)).to_have_text("Allow Acme Sync to act for Globex Data?")
    assert inspect(page, "oauth-consent", shots) == []
    seen = at_the_client(page)
    page.get_by_role("button", name="Allow").click()
    page.wait_for_url("https://acme.test/**")
    assert "code=" in seen[0]
    assert "iss=" in seen[0]


def test_refusing(open_page: OpenPage, issued: IssuedClient, charlie: User) -> None:
    page = open_page(authorize_url(issued), user=charlie)
    seen = at_the_client(page)
    page.get_by_role("button", name="Refuse").click()
    page.wait_for_url("https://acme.test/**")
    assert "error=access_denied" in seen[0]


def test_another_organization(open_page: OpenPage, issued: IssuedClient, charlie: User, shots: Path | None) -> None:
    page = open_page(authorize_url(issued), user=charlie)
    page.get_by_role("link", name="Initech").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Allow Acme Sync to act for Initech?")
    expect(page.locator("#withheld li")).to_have_count(2)
    assert inspect(page, "oauth-consent-viewer", shots) == []


def test_a_person_signs_in_first(open_page: OpenPage, issued: IssuedClient) -> None:
    page = open_page(authorize_url(issued))
    expect(page).to_have_title("Sign in · Treaty")


def test_what_cannot_be_answered(
    open_page: OpenPage, issued: IssuedClient, complaints: list[str], shots: Path | None
) -> None:
    page = open_page(authorize_url(issued, redirect_uri="https://evil.test/"))
    expect(page.get_by_role("heading", level=1)).to_have_text("This request cannot be answered")
    assert inspect(page, "oauth-refused", shots) == []
    complaints.clear()  # the browser notes the 400 itself
