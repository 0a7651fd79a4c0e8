"""Two of the same at once: one is served, and the other ends what was given."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection

from authn.models import OAuthClient, OAuthConsent, OAuthRefreshToken, OAuthToken
from authn.services.oauth import IssuedClient, create_client
from authn.services.oauth_authorization import withdraw_consent
from common.errors import LimitError
from common.principal import SYSTEM
from partners.models import User
from tests.authn.oauth.conftest import REDIRECT_URI, authorize_url, decide, redeem

Post = Callable[..., Any]
pytestmark = pytest.mark.django_db(transaction=True)


def at_once(work: Callable[[], Any], times: int = 4) -> list[Any]:
    """Run `work` in `times` threads that start together, each with its own connection."""
    barrier = Barrier(times)

    def run() -> Any:
        barrier.wait()
        try:
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(times) as pool:
        return [future.result() for future in [pool.submit(run) for _ in range(times)]]


def test_a_code_used_at_once(issued: IssuedClient, charlie: User, post: Post) -> None:
    code = decide(charlie, authorize_url(issued))["code"]
    answers = at_once(lambda: redeem(post, issued, code))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    assert {answer.json().get("error") for answer in answers} == {None, "invalid_grant"}
    assert not OAuthToken.objects.exists()
    assert OAuthRefreshToken.objects.count() == 1
    assert not OAuthRefreshToken.objects.filter(revoked=None).exists()


def test_a_refresh_token_used_at_once(issued: IssuedClient, tokens: dict[str, Any], post: Post) -> None:
    answers = at_once(lambda: post("token", issued, grant_type="refresh_token", refresh_token=tokens["refresh_token"]))
    assert sorted(answer.status_code for answer in answers) == [200, 400, 400, 400]
    assert all(answer.json().get("access_token") != "" for answer in answers)
    assert not OAuthToken.objects.exists()
    assert not OAuthRefreshToken.objects.filter(revoked=None).exists()


@pytest.mark.parametrize("ending", ["revoke", "withdraw"])
def test_a_refresh_while_access_is_ended_leaves_nothing(
    issued: IssuedClient, tokens: dict[str, Any], post: Post, ending: str
) -> None:
    consent = OAuthConsent.objects.get()
    turns = iter(range(4))

    def work() -> int:
        if next(turns) % 2:
            answer = post("token", issued, grant_type="refresh_token", refresh_token=tokens["refresh_token"])
            return int(answer.status_code)
        if ending == "revoke":
            return int(post("token/revoke", issued, token=tokens["refresh_token"]).status_code)
        withdraw_consent(consent=consent, actor=SYSTEM)
        return 200

    assert set(at_once(work)) <= {200, 400}
    assert not OAuthRefreshToken.objects.filter(revoked=None).exists()
    assert not OAuthToken.objects.exists()


def test_a_person_consenting_twice_at_once_has_one_consent(issued: IssuedClient, charlie: User) -> None:
    answers = at_once(lambda: decide(charlie, authorize_url(issued)))
    assert all("code" in answer for answer in answers)
    assert charlie.oauth_consents.count() == 1


def test_the_limit_of_clients_holds_at_once(issued: IssuedClient) -> None:
    application = issued.client.application
    for _ in range(22):
        create(application)

    def attempt() -> bool:
        try:
            create(application)
        except LimitError:
            return False
        return True

    assert sorted(at_once(attempt)) == [False, False, True, True]
    assert OAuthClient.objects.count() == 25


def create(application: Any) -> None:
    create_client(application=application, name="One more", redirect_uris=[REDIRECT_URI], actor=SYSTEM)
