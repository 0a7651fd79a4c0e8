"""The client credentials flow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from applications.models import PartnerApplication
from authn.models import OAuthToken
from authn.services.oauth import IssuedClient, OAuthError, client_credentials_grant
from partners.models import Partner
from tests.authn.oauth.conftest import issue
from tests.conftest import ALL_SCOPES, make_application

Post = Callable[..., Any]


def test_a_client_gets_a_token_with_the_scopes_it_asks_for(issued: IssuedClient, post: Post) -> None:
    answer = post("token", issued, grant_type="client_credentials", scope="read:leads manage:webhooks")
    assert answer.status_code == 200
    assert answer["Cache-Control"] == "no-store"
    body = answer.json()
    assert body["token_type"] == "Bearer"
    assert body["expires_in"] == 3600
    assert body["scope"] == "read:leads manage:webhooks"
    assert "refresh_token" not in body
    token = OAuthToken.objects.get()
    assert token.token == ""
    assert (token.application, token.partner, token.user) == (issued.client, issued.client.partner, None)
    assert body["access_token"] not in str(token.__dict__)


def test_without_a_scope_it_gets_every_approved_one(issued: IssuedClient, post: Post) -> None:
    body = post("token", issued, grant_type="client_credentials").json()
    assert set(body["scope"].split()) == ALL_SCOPES


def test_a_scope_that_was_not_approved_is_refused(application: PartnerApplication, post: Post) -> None:
    application.approved_permissions = ["read:leads"]
    application.save()
    answer = post("token", issue(application), grant_type="client_credentials", scope="read:claims")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")
    assert not OAuthToken.objects.exists()


def test_admin_is_never_granted(application: PartnerApplication, post: Post) -> None:
    application.approved_permissions = ["admin", "read:leads"]
    application.save()
    issued = issue(application)
    assert post("token", issued, grant_type="client_credentials").json()["scope"] == "read:leads"
    assert post("token", issued, grant_type="client_credentials", scope="admin").json()["error"] == "invalid_scope"


def test_an_application_without_approved_scopes_gets_no_token(application: PartnerApplication, post: Post) -> None:
    application.approved_permissions = []
    application.save()
    answer = post("token", issue(application), grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_scope")


def test_a_sandbox_client_may_have_what_is_still_asked_for(acme: Partner, post: Post) -> None:
    draft = make_application(acme, status="draft", permissions=["read:leads", "admin"], approved_permissions=[])
    answer = post("token", issue(draft, environment="test"), grant_type="client_credentials")
    assert (answer.status_code, answer.json()["scope"]) == (200, "read:leads")


def test_the_clients_own_lifetime_counts(application: PartnerApplication, post: Post) -> None:
    body = post("token", issue(application, token_lifetime=120), grant_type="client_credentials").json()
    assert body["expires_in"] == 120
    token = OAuthToken.objects.get()
    assert 115 < (token.expires - token.created).total_seconds() < 125


def test_credentials_in_the_body_work_too(issued: IssuedClient, post: Post) -> None:
    answer = post(
        "token",
        grant_type="client_credentials",
        client_id=issued.client.client_id,
        client_secret=issued.client_secret,
    )
    assert answer.status_code == 200


@pytest.mark.parametrize("secret", ["", "wrong", "cs_" + "0" * 46])
def test_a_wrong_secret_is_a_401(issued: IssuedClient, post: Post, secret: str) -> None:
    answer = post("token", IssuedClient(issued.client, secret), grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert answer["WWW-Authenticate"].startswith("Basic ")
    assert not OAuthToken.objects.exists()


def test_a_flow_the_client_does_not_have_is_refused(application: PartnerApplication, post: Post) -> None:
    issued = issue(application, allowed_flows=["authorization_code"])
    answer = post("token", issued, grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (400, "unauthorized_client")


def test_the_service_and_the_endpoint_are_one(issued: IssuedClient) -> None:
    body = client_credentials_grant(
        client_id=issued.client.client_id, client_secret=issued.client_secret or "", scope="read:leads"
    )
    assert body["scope"] == "read:leads"
    with pytest.raises(OAuthError, match="invalid_client"):
        client_credentials_grant(client_id=issued.client.client_id, client_secret="wrong")


@pytest.mark.parametrize(
    ("change", "field", "value"),
    [("partner", "status", "suspended"), ("application", "status", "suspended"), ("partner", "status", "inactive")],
)
def test_nothing_is_issued_to_the_suspended(
    issued: IssuedClient, post: Post, change: str, field: str, value: str
) -> None:
    owner = getattr(issued.client, change)
    setattr(owner, field, value)
    owner.save()
    answer = post("token", issued, grant_type="client_credentials")
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")
    assert not OAuthToken.objects.exists()
