"""A deprecated application hears of its end wherever it uses OAuth, and stops on the day."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from applications.services.lifecycle import deprecate_application
from authn.models import OAuthConsent
from authn.services.oauth import IssuedClient
from common.principal import SYSTEM
from partners.models import OutboundMail, Partner, User
from partners.services.members import add_member
from tests.authn.oauth.conftest import issue
from tests.conftest import make_partner

pytestmark = pytest.mark.django_db
Post = Callable[..., Any]
Api = Callable[..., APIClient]


def deprecate(days: int) -> str:
    """As of an hour ago, with the last day in `days`; what `Sunset` says then."""
    now = timezone.now()
    last = (now + timedelta(days=days)).date()
    PartnerApplication.objects.update(status="published")
    PartnerApplication.objects.update(status="deprecated", deprecated_at=now - timedelta(hours=1), sunset_date=last)
    return f"{last:%a, %d %b %Y} 00:00:00 GMT"


def test_the_token_endpoint_and_every_use_say_so(post: Post, issued: IssuedClient, api: Api) -> None:
    before = post("token", issued, grant_type="client_credentials", scope="manage:keys")
    assert not {"Deprecation", "Sunset"} & set(before.headers)
    sunset = deprecate(90)
    answer = post("token", issued, grant_type="client_credentials", scope="manage:keys")
    used = api(answer.json()["access_token"]).get("/api/keys")
    for response in (answer, used, api(before.json()["access_token"]).get("/api/keys")):
        assert response.status_code == 200
        assert response["Sunset"] == sunset
        assert response["Deprecation"].startswith("@")


def test_credentials_in_the_body_are_told_too(post: Post, issued: IssuedClient) -> None:
    sunset = deprecate(90)
    form = {"client_id": issued.client.client_id, "client_secret": str(issued.client_secret)}
    assert post("token", grant_type="client_credentials", **form)["Sunset"] == sunset
    refused = post("token", grant_type="client_credentials", **{**form, "client_secret": "wrong"})
    assert (refused.status_code, refused.has_header("Sunset")) == (401, False)


def test_the_client_is_read_once_for_a_token(post: Post, issued: IssuedClient) -> None:
    with CaptureQueriesContext(connection) as queries:
        assert post("token", issued, grant_type="client_credentials").status_code == 200
    reads = [query["sql"] for query in queries if 'FROM "authn_oauthclient"' in query["sql"]]
    assert len(reads) == 1


def test_on_the_day_neither_token_nor_client_works(post: Post, issued: IssuedClient, api: Api) -> None:
    token = post("token", issued, grant_type="client_credentials").json()["access_token"]
    deprecate(0)
    assert api(token).get("/api/keys").status_code == 401
    for refused in (
        post("token", issued, grant_type="client_credentials"),
        post("token/introspect", issued, token=token),
    ):
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_organizations_that_granted_access_are_told(
    api: Api, issued: IssuedClient, application: PartnerApplication, globex: Partner, charlie: User, acme_key: str
) -> None:
    """Once each, its owners and developers; neither the maker nor whoever never granted anything."""
    initech = make_partner("Initech")
    for partner, email, role in ((globex, "dev@globex.test", "developer"), (globex, "eye@globex.test", "viewer"),
                                 (initech, "boss@initech.test", "owner")):  # fmt: skip
        add_member(partner=partner, user=User.objects.create_user(email), role=role, actor=SYSTEM)
    other = issue(application, name="Second client")
    for client in (issued.client, other.client):
        OAuthConsent.objects.create(user=charlie, client=client, partner=globex, scopes=["read:leads"])
    PartnerApplication.objects.update(status="published")
    application.refresh_from_db()
    day = timezone.now().date() + timedelta(days=90)
    deprecate_application(application=application, sunset_date=day, actor=SYSTEM)
    told = OutboundMail.objects.filter(kind="granted_application_ending").order_by("recipient")
    assert [mail.recipient for mail in told] == ["charlie@globex.test", "dev@globex.test"]
    assert {mail.context["day"] for mail in told} == {f"{day:%-d %B %Y}"}
    statistics = api(acme_key).get(f"/api/applications/{application.id}/statistics").json()["data"]
    assert statistics["installs"] == {"organizations": 1}
