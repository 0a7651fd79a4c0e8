"""The OAuth pages of the portal."""

from __future__ import annotations

import re
from collections.abc import Callable
from html import unescape
from typing import Any

import pytest
from django.test import Client

from applications.models import PartnerApplication
from authn.models import OAuthClient, OAuthConsent, OAuthToken
from authn.services.oauth import IssuedClient
from partners.models import PartnerMember, User
from tests.authn.oauth.conftest import REDIRECT_URI, authorize_url, decide, issue, redeem
from tests.conftest import give_role

Post = Callable[..., Any]
Tokens = dict[str, Any]


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def text_of(response: Any) -> str:
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", response.content.decode())))


def form(application: PartnerApplication, **changes: Any) -> dict[str, Any]:
    return {
        "application": str(application.id),
        "name": "Portal sign-in",
        "environment": "live",
        "client_type": "confidential",
        "allowed_flows": ["authorization_code", "refresh_token"],
        "redirect_uris": f"{REDIRECT_URI}\n\n  https://acme.test/second ",
        "token_lifetime": "3600",
        "access_token_format": "opaque",
        **changes,
    }


def test_create_shows_the_secret_once(alice: User, application: PartnerApplication) -> None:
    page = browser(alice)
    answer = page.post("/clients/new", form(application))
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    client = OAuthClient.objects.get()
    found = re.search(r'value="(cs_[0-9A-Za-z]+)"', answer.content.decode())
    assert found is not None
    assert client.secret_matches(found[1])
    assert client.redirect_uri_list == [REDIRECT_URI, "https://acme.test/second"]
    for path in ("/clients", f"/clients/{client.id}"):
        shown = page.get(path).content.decode()
        assert client.client_id in shown
        assert found[1] not in shown


def test_a_mistake_is_told_beside_its_field(alice: User, application: PartnerApplication) -> None:
    answer = browser(alice).post("/clients/new", form(application, redirect_uris="http://acme.test/cb"))
    assert answer.status_code == 200
    assert answer.context["form"].errors == {
        "redirect_uris": ["http://acme.test/cb must use https, unless it leads to a loopback address."]
    }
    assert not OAuthClient.objects.exists()


def test_a_strangers_application_cannot_be_chosen(charlie: User, application: PartnerApplication) -> None:
    answer = browser(charlie).post("/clients/new", form(application))
    assert list(answer.context["form"].errors) == ["application"]
    assert not OAuthClient.objects.exists()


def test_a_viewer_looks_and_changes_nothing(alice: User, issued: IssuedClient) -> None:
    give_role(alice, "viewer")
    page = browser(alice)
    assert page.get("/clients").status_code == 200
    assert "Revoke" not in page.get(f"/clients/{issued.client.id}").content.decode()
    assert page.get("/clients/new").status_code == 403
    for path in ("", "/rotate", "/end-overlap", "/revoke"):
        assert page.post(f"/clients/{issued.client.id}{path}", {"name": "x"}).status_code == 403
    issued.client.refresh_from_db()
    assert (issued.client.active, issued.client.name) == (True, "Acme Sync")
    assert issued.client.secret_matches(str(issued.client_secret))


def test_a_strangers_client_is_not_there(charlie: User, issued: IssuedClient) -> None:
    page = browser(charlie)
    assert page.get(f"/clients/{issued.client.id}").status_code == 404
    for path in ("", "/rotate", "/end-overlap", "/revoke"):
        assert page.post(f"/clients/{issued.client.id}{path}").status_code == 404
    assert issued.client.name not in page.get("/clients").content.decode()
    issued.client.refresh_from_db()
    assert issued.client.active


def test_change_it(alice: User, issued: IssuedClient) -> None:
    values = {"name": "Renamed", "redirect_uris": "https://acme.test/new", "token_lifetime": "600"}
    answer = browser(alice).post(f"/clients/{issued.client.id}", values)
    assert (answer.status_code, answer["Location"]) == (302, f"/clients/{issued.client.id}")
    issued.client.refresh_from_db()
    assert (issued.client.name, issued.client.redirect_uris) == ("Renamed", "https://acme.test/new")
    assert issued.client.token_lifetime == 600
    bad = browser(alice).post(f"/clients/{issued.client.id}", {**values, "redirect_uris": "ftp://acme.test"})
    assert list(bad.context["form"].errors) == ["redirect_uris"]


def test_rotate_end_and_revoke(alice: User, issued: IssuedClient) -> None:
    page = browser(alice)
    answer = page.post(f"/clients/{issued.client.id}/rotate", {"overlap_hours": "1"})
    assert "The old secret works until" in text_of(answer)
    client = OAuthClient.objects.get()
    assert client.secret_matches(str(issued.client_secret))
    assert page.post(f"/clients/{issued.client.id}/end-overlap").status_code == 302
    client.refresh_from_db()
    assert not client.secret_matches(str(issued.client_secret))
    assert page.post(f"/clients/{issued.client.id}/rotate", {"overlap_hours": "5"}).status_code == 302
    assert page.post(f"/clients/{issued.client.id}/revoke").status_code == 302
    client.refresh_from_db()
    assert not client.active
    assert "Revoked" in text_of(page.get("/clients"))


def test_the_consent_page_says_who_what_and_for_whom(issued: IssuedClient, charlie: User) -> None:
    answer = browser(charlie).get(authorize_url(issued))
    text = text_of(answer)
    assert "Allow Acme Sync to act for Globex Data?" in text
    assert "Quote Sync by Acme Insurance Tech asks for this." in text
    assert "Read leads, with the personal data in them" in text
    assert "Manage webhook endpoints and their deliveries" in text
    assert "You go on to acme.test , whatever you decide." in text
    assert " New " not in text
    assert "form-action 'self' https://acme.test" in answer["Content-Security-Policy"]
    assert answer["X-Frame-Options"] == "DENY"


def test_the_consent_page_marks_what_is_new(issued: IssuedClient, charlie: User) -> None:
    decide(charlie, authorize_url(issued))
    answer = browser(charlie).get(authorize_url(issued, scope="read:leads read:claims"))
    rows = {row["scope"]: row["is_new"] for row in answer.context["granted"]}
    assert rows == {"read:leads": False, "read:claims": True}
    assert text_of(answer).count(" New ") == 1


def test_the_consent_page_says_what_a_role_cannot_grant(issued: IssuedClient, charlie: User) -> None:
    give_role(charlie, "viewer")
    text = text_of(browser(charlie).get(authorize_url(issued)))
    assert "It asked for, and will not get" in text
    assert "Your role in Globex Data, viewer, cannot grant this." in text
    assert "Refuse" not in text


def test_the_consent_page_of_somebody_without_an_organization(issued: IssuedClient, dana: User) -> None:
    assert "You have nothing to grant here" in text_of(browser(dana).get(authorize_url(issued)))


def test_a_name_is_only_text(application: PartnerApplication, charlie: User) -> None:
    issued = issue(application, name="<script>alert(1)</script>")
    assert "<script>alert" not in browser(charlie).get(authorize_url(issued)).content.decode()


def test_granted_access_can_be_withdrawn(issued: IssuedClient, charlie: User, alice: User, tokens: Tokens) -> None:
    page = browser(charlie)
    assert "Acme Sync" in text_of(page.get("/access"))
    assert "No access granted" in text_of(browser(alice).get("/access"))
    consent = OAuthConsent.objects.get()
    assert browser(alice).post(f"/access/{consent.id}/withdraw").status_code == 404
    assert page.post(f"/access/{consent.id}/withdraw").status_code == 302
    assert not OAuthConsent.objects.exists()
    assert not OAuthToken.objects.exists()


def test_a_colleague_who_is_no_owner_cannot_withdraw(globex: Any, tokens: Tokens) -> None:
    colleague = User.objects.create_user("carol@globex.test", "correct horse battery")
    PartnerMember.objects.create(partner=globex, user=colleague, role="developer")
    page = browser(colleague)
    assert "Withdraw" not in text_of(page.get("/access"))
    assert page.post(f"/access/{OAuthConsent.objects.get().id}/withdraw").status_code == 403
    assert OAuthConsent.objects.count() == 1


@pytest.mark.parametrize("count", [1, 4])
def test_the_pages_cost_the_same_whatever_they_list(
    application: PartnerApplication,
    charlie: User,
    alice: User,
    post: Post,
    count: int,
    django_assert_max_num_queries: Any,
) -> None:
    for _ in range(count):
        issued = issue(application)
        redeem(post, issued, decide(charlie, authorize_url(issued))["code"])
    for user, path in ((alice, "/clients"), (charlie, "/access")):
        page = browser(user)
        with django_assert_max_num_queries(12):
            assert page.get(path).status_code == 200
