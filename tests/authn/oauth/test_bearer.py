"""Calling the API with an access token."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.models import OAuthClient, OAuthConsent, OAuthToken
from authn.services.oauth import IssuedClient, revoke_client
from authn.services.oauth_authorization import withdraw_consent
from authn.services.oauth_principals import principal_of_token
from common.api.versions.registry import CURRENT
from common.principal import SYSTEM, Principal, PrincipalKind
from common.revocation import invalidate
from partners.models import User
from tests.authn.oauth.conftest import authorize_url, decide, issue, redeem
from tests.conftest import give_role, make_application

Api = Callable[..., APIClient]
Post = Callable[..., Any]
Tokens = dict[str, Any]
URL = "/api/oauth/clients"

pytestmark = pytest.mark.django_db(transaction=True)


def own_token(post: Post, issued: IssuedClient, **parameters: str) -> str:
    return str(post("token", issued, grant_type="client_credentials", **parameters).json()["access_token"])


def test_a_client_acts_for_its_own_partner(issued: IssuedClient, post: Post, api: Api) -> None:
    token = own_token(post, issued, scope="manage:keys")
    assert principal_of_token(token) == Principal(
        kind=PrincipalKind.OAUTH,
        partner_id=issued.client.partner_id,
        application_id=issued.client.application_id,
        credential_id=issued.client.id,
        scopes=frozenset({"manage:keys"}),
        environment="live",
        tier="premium",
        label="Acme Sync",
        api_version=CURRENT,
    )
    answer = api(token).get(URL)
    assert answer.status_code == 200
    assert [row["id"] for row in answer.json()["data"]] == [str(issued.client.id)]
    assert answer["X-RateLimit-Limit"] == "10000"


def test_a_delegated_token_acts_for_the_organization_that_consented(
    issued: IssuedClient, charlie: User, globex: Any, post: Post, api: Api
) -> None:
    theirs = issue(make_application(globex, "Globex Feed")).client
    code = decide(charlie, authorize_url(issued, scope="manage:keys"))["code"]
    token = redeem(post, issued, code).json()["access_token"]
    principal = principal_of_token(token)
    assert principal is not None
    assert (principal.partner_id, principal.user_id) == (globex.id, charlie.id)
    assert [row["id"] for row in api(token).get(URL).json()["data"]] == [str(theirs.id)]


def test_a_missing_scope_is_a_403(issued: IssuedClient, post: Post, api: Api) -> None:
    answer = api(own_token(post, issued, scope="read:leads")).get(URL)
    assert answer.status_code == 403
    assert 'error="insufficient_scope"' in answer["WWW-Authenticate"]


@pytest.mark.parametrize("value", ["at_garbage", "at_" + "0" * 46, "eyJhbGciOiJub25lIn0.e30.", "rt_" + "0" * 46])
def test_garbage_is_a_401(db: None, api: Api, value: str) -> None:
    answer = api(value).get(URL)
    assert answer.status_code == 401
    assert 'error="invalid_token"' in answer["WWW-Authenticate"]


def test_a_refresh_token_is_no_access_token(tokens: Tokens, api: Api) -> None:
    assert api(tokens["refresh_token"]).get(URL).status_code == 401


def test_a_token_in_the_url_is_not_read(issued: IssuedClient, post: Post, api: Api) -> None:
    assert api().get(URL, {"access_token": own_token(post, issued)}).status_code == 401


def test_an_expired_token_is_a_401(issued: IssuedClient, post: Post, api: Api) -> None:
    token = own_token(post, issued)
    OAuthToken.objects.update(expires=timezone.now() - timedelta(seconds=1))
    assert api(token).get(URL).status_code == 401


def suspend_partner(client: OAuthClient) -> None:
    client.partner.status = "suspended"
    client.partner.save()
    invalidate(partner_id=client.partner_id)


def suspend_application(client: OAuthClient) -> None:
    client.application.status = "suspended"
    client.application.save()
    invalidate(application_id=client.application_id)


def revoke(client: OAuthClient) -> None:
    revoke_client(client=client, actor=SYSTEM)


@pytest.mark.parametrize("stop", [suspend_partner, suspend_application, revoke])
def test_what_stops_a_client_holds_from_the_next_call(
    issued: IssuedClient, post: Post, api: Api, stop: Callable[[OAuthClient], None]
) -> None:
    caller = api(own_token(post, issued))
    for _ in range(3):
        assert caller.get(URL).status_code == 200
    stop(issued.client)
    assert caller.get(URL).status_code == 401


def test_revoking_the_token_holds_from_the_next_call(issued: IssuedClient, post: Post, api: Api) -> None:
    token = own_token(post, issued)
    caller = api(token)
    for _ in range(3):
        assert caller.get(URL).status_code == 200
    post("token/revoke", issued, token=token)
    assert caller.get(URL).status_code == 401


def test_a_permission_taken_away_is_gone_from_the_next_call(
    issued: IssuedClient, post: Post, api: Api, application: PartnerApplication
) -> None:
    caller = api(own_token(post, issued))
    for _ in range(3):
        assert caller.get(URL).status_code == 200
    application.approved_permissions = ["read:leads"]
    application.save()
    invalidate(application_id=application.id)
    assert caller.get(URL).status_code == 403


def delegated(post: Post, issued: IssuedClient, person: User) -> str:
    code = decide(person, authorize_url(issued, scope="manage:keys"))["code"]
    return str(redeem(post, issued, code).json()["access_token"])


def test_suspending_the_organization_stops_what_acts_for_it(
    issued: IssuedClient, charlie: User, globex: Any, post: Post, api: Api
) -> None:
    caller = api(delegated(post, issued, charlie))
    for _ in range(3):
        assert caller.get(URL).status_code == 200
    globex.status = "suspended"
    globex.save()
    invalidate(partner_id=globex.id)
    assert caller.get(URL).status_code == 401


def test_withdrawing_consent_stops_it(issued: IssuedClient, charlie: User, post: Post, api: Api) -> None:
    caller = api(delegated(post, issued, charlie))
    for _ in range(3):
        assert caller.get(URL).status_code == 200
    withdraw_consent(consent=OAuthConsent.objects.get(), actor=SYSTEM)
    assert caller.get(URL).status_code == 401


def test_a_lower_role_lowers_the_token(issued: IssuedClient, charlie: User, globex: Any, post: Post, api: Api) -> None:
    caller = api(delegated(post, issued, charlie))
    assert caller.get(URL).status_code == 200
    give_role(charlie, "viewer")
    invalidate(partner_id=globex.id)
    assert caller.get(URL).status_code == 403
    give_role(charlie, None)
    invalidate(partner_id=globex.id)
    assert caller.get(URL).status_code == 401


def test_a_token_is_read_in_one_query(
    issued: IssuedClient, charlie: User, post: Post, django_assert_num_queries: Any
) -> None:
    token = delegated(post, issued, charlie)
    with django_assert_num_queries(1):
        assert principal_of_token(token) is not None


def test_a_sandbox_token_is_of_the_sandbox(application: PartnerApplication, post: Post) -> None:
    principal = principal_of_token(own_token(post, issue(application, environment="test")))
    assert principal is not None
    assert principal.environment == "test"
