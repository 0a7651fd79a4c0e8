"""The authorization code flow: request, decision, exchange."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from applications.models import PartnerApplication
from authn.models import OAuthConsent, OAuthGrant, OAuthRefreshToken, OAuthToken
from authn.services.oauth import IssuedClient
from partners.models import PartnerMember, User
from tests.authn.oauth.conftest import REDIRECT_URI, authorize_url, decide, issue, redeem
from tests.conftest import give_role, make_application, make_partner

Post = Callable[..., Any]


def test_a_person_lets_a_client_act_for_their_organization(
    issued: IssuedClient, charlie: User, post: Post, settings: Settings
) -> None:
    answer = decide(charlie, authorize_url(issued))
    assert answer == {"code": answer["code"], "state": "xyz", "iss": settings.OAUTH_ISSUER}
    body = redeem(post, issued, answer["code"]).json()
    assert body["scope"] == "read:leads manage:webhooks"
    assert body["expires_in"] == 3600
    token = OAuthToken.objects.get()
    assert (token.user, token.partner.partner_name) == (charlie, "Globex Data")
    refresh = OAuthRefreshToken.objects.get()
    assert (refresh.access_token, refresh.token, refresh.token_family) == (token, "", token.token_family)
    consent = OAuthConsent.objects.get()
    assert (consent.user, consent.client, consent.partner) == (charlie, issued.client, token.partner)
    assert consent.scopes == ["manage:webhooks", "read:leads"]


def test_the_code_is_stored_as_a_digest(issued: IssuedClient, charlie: User) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    grant = OAuthGrant.objects.get()
    assert len(grant.code) == 64
    assert code not in str(grant.__dict__)
    assert timedelta(seconds=595) < grant.expires - grant.created <= timedelta(seconds=601)
    grant.save()
    assert OAuthGrant.objects.get(code=code) == grant


def test_refusing_gives_nothing(issued: IssuedClient, charlie: User, settings: Settings) -> None:
    answer = decide(charlie, authorize_url(issued), "deny")
    assert answer["error"] == "access_denied"
    assert (answer["state"], answer["iss"]) == ("xyz", settings.OAUTH_ISSUER)
    assert not OAuthGrant.objects.exists()
    assert not OAuthConsent.objects.exists()


def test_a_role_grants_no_more_than_it_has(issued: IssuedClient, charlie: User, globex: Any, post: Post) -> None:
    give_role(charlie, "viewer")
    url = authorize_url(issued, scope="read:analytics manage:webhooks read:leads")
    assert redeem(post, issued, decide(charlie, url)["code"]).json()["scope"] == "read:analytics"
    answer = decide(charlie, authorize_url(issued, scope="manage:webhooks"))
    assert answer["error"] == "access_denied"
    assert OAuthConsent.objects.get().scopes == ["read:analytics"]


def test_a_person_of_two_organizations_chooses(issued: IssuedClient, charlie: User, post: Post) -> None:
    initech = make_partner("Initech")
    PartnerMember.objects.create(partner=initech, user=charlie, role="owner")
    redeem(post, issued, decide(charlie, authorize_url(issued) + f"&organization={initech.id}")["code"])
    assert OAuthToken.objects.get().partner == initech


def test_an_organization_one_does_not_belong_to_cannot_be_chosen(
    issued: IssuedClient, charlie: User, acme: Any, post: Post
) -> None:
    redeem(post, issued, decide(charlie, authorize_url(issued) + f"&organization={acme.id}")["code"])
    assert OAuthToken.objects.get().partner.partner_name == "Globex Data"


def test_staff_without_an_organization_grant_nothing(issued: IssuedClient, dana: User) -> None:
    assert decide(dana, authorize_url(issued))["error"] == "access_denied"


def test_nobody_signed_in_is_sent_to_sign_in(issued: IssuedClient) -> None:
    response = Client().get(authorize_url(issued))
    assert response.status_code == 302
    assert response["Location"].startswith("/accounts/login/?next=/api/oauth/authorize")


@pytest.mark.parametrize(
    ("changes", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"response_type": "code token"}, "unsupported_response_type"),
        ({"response_type": "none"}, "unsupported_response_type"),
        ({"response_type": None}, "invalid_request"),
        ({"code_challenge": None, "code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": None}, "invalid_request"),
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": "short"}, "invalid_request"),
        ({"scope": "read:everything"}, "invalid_scope"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"response_mode": "fragment"}, "invalid_request"),
        ({"resource": "https://other.test"}, "invalid_target"),
    ],
)
def test_a_bad_request_is_told_to_the_client(
    issued: IssuedClient, charlie: User, changes: dict[str, str | None], error: str, settings: Settings
) -> None:
    browser = Client()
    browser.force_login(charlie)
    response = browser.get(authorize_url(issued, **changes))
    assert response.status_code == 303
    location = response["Location"]
    assert location.startswith(REDIRECT_URI + "?")
    answer = dict(parse_qsl(urlsplit(location).query))
    assert (answer["error"], answer["state"], answer["iss"]) == (error, "xyz", settings.OAUTH_ISSUER)


def test_a_bad_request_sends_nobody_anywhere_before_they_signed_in(issued: IssuedClient) -> None:
    response = Client().get(authorize_url(issued, scope="admin"))
    assert response["Location"].startswith("/accounts/login/")


@pytest.mark.parametrize(
    "uri",
    [
        "https://acme.test/callback/",
        "https://acme.test/callback?x=1",
        "https://acme.test:444/callback",
        "https://acme.test.evil.test/callback",
        "https://evil@acme.test/callback",
        "http://acme.test/callback",
        "https://acme.test/Callback",
        "javascript:alert(1)",
    ],
)
@pytest.mark.parametrize("decision", ["get", "allow"])
def test_another_redirect_uri_is_never_followed(issued: IssuedClient, charlie: User, uri: str, decision: str) -> None:
    browser = Client()
    browser.force_login(charlie)
    url = authorize_url(issued, redirect_uri=uri)
    response = browser.get(url) if decision == "get" else browser.post(url, {"decision": decision})
    assert response.status_code == 400
    assert not response.has_header("Location")
    assert not OAuthGrant.objects.exists()


@pytest.mark.parametrize("client_id", [None, "", "nobody", "a\x00b"])
def test_an_unknown_client_is_explained_to_the_person(issued: IssuedClient, client_id: str | None) -> None:
    response = Client().get(authorize_url(issued, client_id=client_id))
    assert response.status_code == 400
    assert not response.has_header("Location")


def test_a_parameter_that_stands_twice_is_refused(issued: IssuedClient) -> None:
    response = Client().get(authorize_url(issued) + "&redirect_uri=https://evil.test")
    assert response.status_code == 400


def test_one_registered_uri_need_not_be_named(issued: IssuedClient, charlie: User, post: Post) -> None:
    code = decide(charlie, authorize_url(issued, redirect_uri=None))["code"]
    answer = post("token", issued, grant_type="authorization_code", code=code, code_verifier="v" * 64)
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "changes",
    [
        {"code_verifier": "w" * 64},
        {"redirect_uri": "https://acme.test/other"},
        {"code": "0" * 30},
    ],
)
def test_a_code_is_bound_to_its_request(
    issued: IssuedClient, charlie: User, post: Post, changes: dict[str, str]
) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    answer = redeem(post, issued, **{"code": code, **changes})
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert not OAuthToken.objects.exists()


def test_a_code_without_its_verifier_is_refused(issued: IssuedClient, charlie: User, post: Post) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    answer = post("token", issued, grant_type="authorization_code", code=code, redirect_uri=REDIRECT_URI)
    assert answer.status_code == 400
    assert not OAuthToken.objects.exists()


def test_a_code_is_for_its_client(issued: IssuedClient, globex: Any, charlie: User, post: Post) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    other = issue(make_application(globex, "Other"))
    answer = redeem(post, other, code)
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_grant")
    assert redeem(post, issued, code).status_code == 200


def test_an_expired_code_is_refused(issued: IssuedClient, charlie: User, post: Post) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    OAuthGrant.objects.update(expires=timezone.now())
    assert redeem(post, issued, code).json()["error"] == "invalid_grant"


def test_a_code_used_again_ends_its_tokens(issued: IssuedClient, charlie: User, post: Post) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    assert redeem(post, issued, code).status_code == 200
    again = redeem(post, issued, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    assert not OAuthToken.objects.exists()
    assert OAuthRefreshToken.objects.get().revoked is not None


def test_who_left_the_organization_grants_nothing_more(issued: IssuedClient, charlie: User, post: Post) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    give_role(charlie, None)
    assert redeem(post, issued, code).json()["error"] == "invalid_grant"


def test_a_permission_withdrawn_meanwhile_is_not_issued(
    issued: IssuedClient, charlie: User, application: PartnerApplication, post: Post
) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    application.approved_permissions = ["read:leads"]
    application.save()
    assert redeem(post, issued, code).json()["scope"] == "read:leads"


def test_without_the_refresh_flow_there_is_no_refresh_token(
    application: PartnerApplication, charlie: User, post: Post
) -> None:
    issued = issue(application, allowed_flows=["authorization_code"])
    code = decide(charlie, authorize_url(issued))["code"]
    assert "refresh_token" not in redeem(post, issued, code).json()
    redeem(post, issued, code)
    assert not OAuthToken.objects.exists()


def test_a_public_client_needs_no_secret(application: PartnerApplication, charlie: User, post: Post) -> None:
    issued = issue(application, client_type="public", allowed_flows=["authorization_code", "refresh_token"])
    assert issued.client_secret is None
    code = decide(charlie, authorize_url(issued))["code"]
    answer = post(
        "token",
        grant_type="authorization_code",
        client_id=issued.client.client_id,
        code=code,
        redirect_uri=REDIRECT_URI,
        code_verifier="v" * 64,
    )
    assert answer.status_code == 200
    wrong = post("token", grant_type="client_credentials", client_id=issued.client.client_id, client_secret="x")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")


def test_suspending_the_application_stops_authorization(
    issued: IssuedClient, charlie: User, application: PartnerApplication, post: Post
) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    application.status = "suspended"
    application.save()
    assert Client().get(authorize_url(issued)).status_code == 400
    assert redeem(post, issued, code).status_code == 401
    assert not OAuthToken.objects.exists()
