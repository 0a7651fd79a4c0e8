"""OAuth clients over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.models import OAuthClient, OAuthToken
from authn.services.oauth import IssuedClient
from partners.models import Partner, User
from tests.authn.oauth.conftest import REDIRECT_URI, authorize_url, decide, issue
from tests.conftest import give_role, make_application, make_key

Api = Callable[..., APIClient]
Post = Callable[..., Any]
URL = "/api/oauth/clients"


def body(application: PartnerApplication, **changes: Any) -> dict[str, Any]:
    return {
        "appId": str(application.id),
        "name": "Portal sign-in",
        "redirectUris": [REDIRECT_URI],
        "allowedFlows": ["refresh_token", "authorization_code"],
        **changes,
    }


def test_clients_by_application(api: Api, acme: Partner, acme_key: str, application: PartnerApplication) -> None:
    named = body(application)
    created = api(acme_key).post(URL, {"applicationId": named.pop("appId"), **named}).json()["data"]
    other = make_application(acme, "Other")
    assert created["appId"] == str(application.id)
    found = [api(acme_key).get(f"{URL}?appId={one.id}").json()["data"] for one in (application, other)]
    assert [[client["id"] for client in clients] for clients in found] == [[created["id"]], []]


def test_create_answers_with_the_secret_once(api: Api, acme_key: str, application: PartnerApplication) -> None:
    answer = api(acme_key).post(URL, body(application))
    assert answer.status_code == 201
    data = answer.json()["data"]
    client = OAuthClient.objects.get()
    assert answer["Location"] == f"{URL}/{client.id}"
    secret = data.pop("clientSecret")
    assert data == {
        "id": str(client.id),
        "partnerId": str(application.partner_id),
        "appId": str(application.id),
        "clientId": client.client_id,
        "clientType": "confidential",
        "name": "Portal sign-in",
        "redirectUris": [REDIRECT_URI],
        "allowedFlows": ["authorization_code", "refresh_token"],
        "tokenLifetime": 3600,
        "accessTokenFormat": "opaque",
        "environment": "live",
        "status": "active",
        "revokedReason": "",
        "secretLastFour": secret[-4:],
        "overlapEndsAt": None,
        "createdAt": data["createdAt"],
        "updatedAt": data["updatedAt"],
    }
    assert client.secret_matches(secret)
    assert secret not in str(client.__dict__)
    shown = api(acme_key).get(f"{URL}/{client.id}")
    assert shown.json()["data"] == data
    assert secret not in api(acme_key).get(URL).content.decode()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"redirectUris": ["http://acme.test/cb"]}, "redirectUris"),
        ({"redirectUris": ["https://*.acme.test/cb"]}, "redirectUris"),
        ({"redirectUris": ["https://acme.test/cb#here"]}, "redirectUris"),
        ({"redirectUris": ["https://user:pw@acme.test/cb"]}, "redirectUris"),
        ({"redirectUris": ["https:///cb"]}, "redirectUris"),
        ({"redirectUris": ["https://acme.test/a b"]}, "redirectUris"),
        ({"redirectUris": ["https://acme.test/cb?state=1"]}, "redirectUris"),
        ({"redirectUris": ["https://acme.test:port/cb"]}, "redirectUris"),
        ({"redirectUris": ["https://acme.test\\@evil.test/cb"]}, "redirectUris"),
        ({"redirectUris": ["javascript:alert(1)"]}, "redirectUris"),
        ({"redirectUris": ["com.acme.app:/cb"]}, "redirectUris"),
        ({"redirectUris": []}, "redirectUris"),
        ({"redirectUris": ["https://acme.test/"] * 21}, "redirectUris"),
        ({"allowedFlows": []}, "allowedFlows"),
        ({"allowedFlows": ["implicit"]}, "allowedFlows.0"),
        ({"allowedFlows": ["refresh_token"]}, "allowedFlows"),
        ({"allowedFlows": ["client_credentials"], "clientType": "public"}, "allowedFlows"),
        ({"tokenLifetime": 59}, "tokenLifetime"),
        ({"tokenLifetime": 86_401}, "tokenLifetime"),
        ({"environment": "staging"}, "environment"),
        ({"appId": "019a0000-0000-7000-8000-000000000000"}, "appId"),
        ({"partnerId": "019a0000-0000-7000-8000-000000000000"}, "partnerId"),
        ({"clientSecret": "mine"}, "clientSecret"),
    ],
)
def test_what_cannot_work_is_refused(
    api: Api, acme_key: str, application: PartnerApplication, changes: dict[str, Any], field: str
) -> None:
    answer = api(acme_key).post(URL, body(application, **changes))
    assert answer.status_code == 400
    assert field in [row["field"] for row in answer.json()["errors"]]
    assert not OAuthClient.objects.exists()


@pytest.mark.parametrize("uri", ["http://127.0.0.1/cb", "http://[::1]:9000/cb", "http://localhost:3000/cb"])
def test_loopback_may_be_plain(api: Api, acme_key: str, application: PartnerApplication, uri: str) -> None:
    assert api(acme_key).post(URL, body(application, redirectUris=[uri])).status_code == 201


def test_a_native_app_may_own_a_scheme(api: Api, acme_key: str, application: PartnerApplication) -> None:
    changes = {"redirectUris": ["com.acme.app:/cb"], "clientType": "public"}
    answer = api(acme_key).post(URL, body(application, **changes))
    assert (answer.status_code, answer.json()["data"]["clientSecret"]) == (201, None)


def test_a_strangers_application_is_not_there(api: Api, globex_key: str, application: PartnerApplication) -> None:
    answer = api(globex_key).post(URL, body(application))
    assert (answer.status_code, answer.json()["errors"][0]["field"]) == (400, "appId")
    assert not OAuthClient.objects.exists()


@pytest.mark.parametrize("method", ["get", "patch", "delete"])
def test_a_strangers_client_is_not_there(api: Api, globex_key: str, issued: IssuedClient, method: str) -> None:
    client = api(globex_key)
    assert getattr(client, method)(f"{URL}/{issued.client.id}", {}).status_code == 404
    assert client.post(f"{URL}/{issued.client.id}/rotate-secret", {}).status_code == 404
    assert client.get(URL).json()["data"] == []
    issued.client.refresh_from_db()
    assert issued.client.active
    assert issued.client.secret_matches(str(issued.client_secret))


def test_a_viewer_looks_and_changes_nothing(
    api: Api, alice: User, application: PartnerApplication, issued: IssuedClient
) -> None:
    give_role(alice, "viewer")
    browser = api(alice)
    assert browser.get(f"{URL}/{issued.client.id}").status_code == 200
    assert browser.post(URL, body(application)).status_code == 403
    assert browser.delete(f"{URL}/{issued.client.id}").status_code == 403
    assert OAuthClient.objects.filter(active=True).count() == 1


def changes_of(api: Api, key: str, issued: IssuedClient) -> list[tuple[int, str]]:
    """How every call that changes or stops the client ends for the key."""
    client, url = api(key), f"{URL}/{issued.client.id}"
    answers = [
        client.patch(url, {"redirectUris": ["https://evil.test/cb"]}),
        client.post(f"{url}/rotate-secret", {}),
        client.post(f"{url}/end-overlap"),
        client.delete(url),
    ]
    return [(answer.status_code, answer.json()["code"]) for answer in answers]


def assert_unchanged(issued: IssuedClient) -> None:
    client = OAuthClient.objects.get(pk=issued.client.pk)
    assert (client.active, client.redirect_uri_list, client.overlap_ends_at) == (True, [REDIRECT_URI], None)
    assert client.secret_matches(str(issued.client_secret))


def test_a_test_key_stays_in_the_sandbox(api: Api, application: PartnerApplication, issued: IssuedClient) -> None:
    test_key = make_key(application, environment="test")
    assert changes_of(api, test_key, issued) == [(403, "test_credential")] * 4
    assert_unchanged(issued)
    live = api(test_key).post(URL, body(application, environment="live"))
    assert (live.status_code, live.json()["code"]) == (403, "test_credential")
    assert OAuthClient.objects.count() == 1
    own = api(test_key).post(URL, body(application))
    assert (own.status_code, own.json()["data"]["environment"]) == (201, "test")


def test_not_even_with_admin(api: Api, application: PartnerApplication, issued: IssuedClient) -> None:
    admin_key = make_key(application, environment="test", scopes=frozenset({"admin"}))
    assert changes_of(api, admin_key, issued) == [(403, "test_credential")] * 4
    assert_unchanged(issued)


def test_a_lesser_key_cannot_get_hold_of_a_greater_client(
    api: Api, application: PartnerApplication, issued: IssuedClient
) -> None:
    lesser = make_key(application, scopes=frozenset({"manage:keys"}))
    assert changes_of(api, lesser, issued) == [(403, "scope_exceeds_credential")] * 4
    assert_unchanged(issued)
    wider = api(lesser).post(URL, body(application, allowedFlows=["client_credentials"]))
    assert (wider.status_code, wider.json()["code"]) == (403, "scope_exceeds_credential")
    assert OAuthClient.objects.count() == 1


def test_a_narrow_token_cannot_get_hold_of_its_own_client(api: Api, issued: IssuedClient, post: Post) -> None:
    answer = post("token", issued, grant_type="client_credentials", scope="manage:keys")
    assert changes_of(api, answer.json()["access_token"], issued) == [(403, "scope_exceeds_credential")] * 4
    assert_unchanged(issued)


def test_a_lesser_key_makes_a_client_that_people_have_to_let_in(
    api: Api, application: PartnerApplication, charlie: User
) -> None:
    lesser = make_key(application, scopes=frozenset({"manage:keys"}))
    data = api(lesser).post(URL, body(application)).json()["data"]
    assert api(lesser).patch(f"{URL}/{data['id']}", {"name": "Renamed"}).status_code == 200
    made = IssuedClient(OAuthClient.objects.get(), data["clientSecret"])
    decide(charlie, authorize_url(made))
    assert changes_of(api, lesser, made) == [(403, "scope_exceeds_credential")] * 4
    assert_unchanged(made)


def test_nobody_is_a_401(api: Api, issued: IssuedClient) -> None:
    assert api().get(URL).status_code == 401


def test_change_the_redirect_uris(api: Api, acme_key: str, issued: IssuedClient) -> None:
    answer = api(acme_key).patch(f"{URL}/{issued.client.id}", {"redirectUris": ["https://acme.test/new"]})
    assert answer.status_code == 200
    assert answer.json()["data"]["redirectUris"] == ["https://acme.test/new"]
    assert answer.json()["data"]["name"] == "Acme Sync"
    bad = api(acme_key).patch(f"{URL}/{issued.client.id}", {"redirectUris": ["http://acme.test/new"]})
    assert bad.status_code == 400
    assert api(acme_key).patch(f"{URL}/{issued.client.id}", {"environment": "test"}).status_code == 400


def test_rotate_with_an_overlap(api: Api, acme_key: str, issued: IssuedClient, post: Post) -> None:
    answer = api(acme_key).post(f"{URL}/{issued.client.id}/rotate-secret", {"overlapHours": 1})
    assert answer.status_code == 200
    renewed = IssuedClient(issued.client, answer.json()["data"]["clientSecret"])
    assert answer.json()["data"]["overlapEndsAt"] is not None
    for pair in (issued, renewed):
        assert post("token", pair, grant_type="client_credentials").status_code == 200
    OAuthClient.objects.update(previous_secret_ends_at=timezone.now() - timedelta(seconds=1))
    assert post("token", issued, grant_type="client_credentials").status_code == 401
    assert post("token", renewed, grant_type="client_credentials").status_code == 200


def test_end_the_overlap_early(api: Api, acme_key: str, issued: IssuedClient, post: Post) -> None:
    api(acme_key).post(f"{URL}/{issued.client.id}/rotate-secret", {})
    assert post("token", issued, grant_type="client_credentials").status_code == 200
    answer = api(acme_key).post(f"{URL}/{issued.client.id}/end-overlap")
    assert (answer.status_code, answer.json()["data"]["overlapEndsAt"]) == (200, None)
    assert post("token", issued, grant_type="client_credentials").status_code == 401


def test_rotate_without_an_overlap(api: Api, acme_key: str, issued: IssuedClient, post: Post) -> None:
    api(acme_key).post(f"{URL}/{issued.client.id}/rotate-secret", {"overlapHours": 0})
    assert post("token", issued, grant_type="client_credentials").status_code == 401
    assert api(acme_key).post(f"{URL}/{issued.client.id}/rotate-secret", {"overlapHours": 5}).status_code == 400


def test_revoking_a_client_ends_everything_it_has(
    api: Api, acme_key: str, issued: IssuedClient, tokens: dict[str, Any], post: Post
) -> None:
    assert api(acme_key).delete(f"{URL}/{issued.client.id}").status_code == 204
    assert not OAuthToken.objects.exists()
    assert post("token", issued, grant_type="client_credentials").status_code == 401
    shown = api(acme_key).get(f"{URL}/{issued.client.id}").json()["data"]
    assert shown["status"] == "revoked"
    assert api(acme_key).delete(f"{URL}/{issued.client.id}").status_code == 204
    refused = api(acme_key).post(f"{URL}/{issued.client.id}/rotate-secret", {})
    assert (refused.status_code, refused.json()["code"]) == (409, "client_revoked")


def test_an_application_has_at_most_twenty_five_clients(
    api: Api, acme_key: str, application: PartnerApplication
) -> None:
    for _ in range(25):
        issue(application)
    answer = api(acme_key).post(URL, body(application))
    assert (answer.status_code, answer.json()["code"]) == (409, "client_limit_reached")


def test_list_filters(api: Api, acme_key: str, application: PartnerApplication, issued: IssuedClient) -> None:
    test_client = issue(application, environment="test").client
    listed = api(acme_key).get(URL, {"environment": "test"}).json()["data"]
    assert [row["id"] for row in listed] == [str(test_client.id)]
    assert len(api(acme_key).get(URL).json()["data"]) == 2
