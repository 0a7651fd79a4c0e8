"""`/internal/authorize`: the gateway check."""

from __future__ import annotations

import io
from collections.abc import Iterable
from ipaddress import ip_network
from typing import Any
from wsgiref.util import setup_testing_defaults

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from applications.models import PartnerApplication
from authn import valkey
from authn.gateway.authorize import GatewayCheck
from authn.gateway.paths import Route, clean_path, route_of
from authn.gateway.table import table
from authn.models import ApiKey, GatewayRoute
from partners.models import Partner
from tests.authn.conftest import metered_calls
from tests.conftest import make_key

pytestmark = pytest.mark.usefixtures("routes")


@pytest.fixture
def routes(db: None) -> None:
    table.forget()


def refuse_to_answer(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    raise AssertionError("Django was asked")


def ask(
    key: str | None, target: str = "/core/leads", *, method: str = "GET", query: str = "", **extra: str
) -> tuple[int, dict[str, str], bytes]:
    environ: dict[str, Any] = {
        "PATH_INFO": "/internal/authorize", "QUERY_STRING": query, "REMOTE_ADDR": "127.0.0.1",
        "HTTP_X_ORIGINAL_URI": target, "HTTP_X_ORIGINAL_METHOD": method, "wsgi.input": io.BytesIO(), **extra,
    }  # fmt: skip
    if key is not None:
        environ["HTTP_AUTHORIZATION"] = f"Bearer {key}"
    setup_testing_defaults(environ)
    answer: list[Any] = []
    body = b"".join(GatewayCheck(refuse_to_answer)(environ, lambda *given: answer.extend(given)))
    return int(answer[0].split()[0]), dict(answer[1]), body


def test_the_longest_route_fits_the_request_log(acme_key: str, empty_stream: None) -> None:
    prefix = "/" + "x" * 199
    GatewayRoute.objects.create(path_prefix=prefix, read_scope="read:leads")
    assert ask(acme_key, f"{prefix}/7")[0] == 200
    assert [call.route for call in metered_calls()] == [prefix]


def test_who_calls(acme_key: str, application: PartnerApplication, empty_stream: None) -> None:
    status, headers, body = ask(acme_key, "/core/leads/7?x=1", HTTP_X_REQUEST_ID="req-1")
    assert (status, body) == (200, b"")
    assert headers["X-Treaty-Partner"] == str(application.partner_id)
    assert headers["X-Treaty-Application"] == str(application.id)
    assert headers["X-Treaty-Environment"] == "live"
    assert headers["X-Treaty-Request-Id"] == "req-1"
    assert "read:leads" in headers["X-Treaty-Scopes"].split()
    assert headers["X-RateLimit-Limit"] == "10000"
    (call,) = metered_calls()
    assert (call.route, call.method, call.status, call.request_id) == ("/core/leads/*", "GET", 200, "req-1")


@pytest.mark.parametrize(
    ("scope", "method", "target", "expected"),
    [
        ("read:leads", "GET", "/core/leads", 200),
        ("read:leads", "HEAD", "/leads/7/notes", 200),
        ("read:leads", "POST", "/core/leads", 403),
        ("write:leads", "POST", "/api/leads", 200),
        ("write:leads", "DELETE", "/core/leads/7", 200),
        ("write:leads", "GET", "/core/leads", 403),
        ("read:claims", "GET", "/core/leads", 403),
        ("read:analytics", "GET", "/core/analytics/daily", 200),
        ("read:analytics", "POST", "/core/analytics", 403),
    ],
)
def test_scopes(application: PartnerApplication, scope: str, method: str, target: str, expected: int) -> None:
    key = make_key(application, scopes=frozenset({scope}))
    status, headers, _ = ask(key, target, method=method)
    assert status == expected
    assert ("X-Treaty-Partner" in headers) == (expected == 200)


@pytest.mark.parametrize(
    "target",
    ["/", "", "/core", "/core/secrets", "/core/leadsx", "/core/../core/leads", "/core/leads/../claims", "//core/leads",
     "/core/leads%2f..", "/core/%6ceads", "/core/leads\\x", "/core/leads;x=1/../..", "core/leads", "/core/l\u00e9ads"],
)  # fmt: skip
def test_what_is_not_in_the_table_is_refused(acme_key: str, target: str) -> None:
    status, headers, _ = ask(acme_key, target)
    assert (status, headers["X-Treaty-Reason"]) == (403, "route_not_allowed")


def test_bad_credentials(acme_key: str, empty_stream: None) -> None:
    assert ask(None)[0] == 401
    status, headers, _ = ask("nonsense")
    assert (status, headers["X-Treaty-Reason"]) == (401, "invalid_credential")
    assert headers["WWW-Authenticate"].startswith("Bearer")
    ApiKey.objects.update(status="revoked")
    assert ask(acme_key)[0] == 401
    assert metered_calls() == []


def test_a_suspended_partner(acme_key: str, acme: Partner) -> None:
    Partner.objects.filter(id=acme.id).update(status="suspended")
    assert ask(acme_key)[0] == 401


def test_networks(acme_key: str, settings: Any) -> None:
    ApiKey.objects.update(allowed_networks=["203.0.113.0/24"])
    status, headers, _ = ask(acme_key)
    assert (status, headers["X-Treaty-Reason"]) == (403, "network_not_allowed")
    assert headers["X-RateLimit-Remaining"] == "10000"
    settings.TRUSTED_PROXIES = [ip_network("127.0.0.0/8")]
    assert ask(acme_key, HTTP_X_FORWARDED_FOR="203.0.113.9")[0] == 200


def test_the_limit(acme_key: str) -> None:
    ApiKey.objects.update(rate_limit=1)
    assert ask(acme_key)[0] == 200
    status, headers, _ = ask(acme_key)
    assert (status, headers["X-Treaty-Reason"], headers["X-RateLimit-Remaining"]) == (403, "rate_limited", "0")
    assert int(headers["Retry-After"]) > 3000
    assert ask(acme_key, query="strict=1")[0] == 429


def test_a_warm_key_costs_one_round_trip_and_no_sql(
    acme_key: str,
    empty_stream: None,
    monkeypatch: pytest.MonkeyPatch,
    django_assert_num_queries: DjangoAssertNumQueries,
) -> None:
    for _ in range(3):
        ask(acme_key)
    trips: list[bytes] = []
    exchange = valkey.exchange

    def counted(packed: bytes) -> Any:
        trips.append(packed)
        return exchange(packed)

    monkeypatch.setattr(valkey, "exchange", counted)
    with django_assert_num_queries(0):
        statuses = [ask(acme_key, target)[0] for target in ("/core/leads", "/core/leads", "/core/secrets")]
    assert statuses == [200, 200, 403]
    assert len(trips) == 3
    calls = metered_calls()
    assert [call.status for call in calls] == [200, 200, 200, 200, 200, 403]
    assert len({call.id for call in calls}) == 6


def test_a_warm_key_is_refused_once_its_bucket_is_empty(acme_key: str, empty_stream: None) -> None:
    ApiKey.objects.update(rate_limit=5)
    statuses = [ask(acme_key, query="strict=1")[0] for _ in range(7)]
    assert statuses == [200] * 5 + [429] * 2
    assert [call.status for call in metered_calls()] == statuses


def test_the_table_can_be_changed(acme_key: str) -> None:
    GatewayRoute.objects.create(path_prefix="/core/quotes", read_scope="read:policies")
    table.forget()
    assert ask(acme_key, "/core/quotes/1")[0] == 200
    GatewayRoute.objects.filter(path_prefix="/core/quotes").update(active=False)
    table.forget()
    assert ask(acme_key, "/core/quotes/1")[0] == 403


def test_without_valkey(acme_key: str, valkey_away: None) -> None:
    assert ask(acme_key)[0] == 200


def test_everything_else_goes_to_django() -> None:
    environ: dict[str, Any] = {"PATH_INFO": "/internal/authorize/x"}
    setup_testing_defaults(environ)
    with pytest.raises(AssertionError, match="Django was asked"):
        GatewayCheck(refuse_to_answer)(environ, print)


@given(st.text(max_size=60))
def test_a_clean_path_is_plain(target: str) -> None:
    path = clean_path(target)
    assert path is None or (path[0] == "/" and not set(path) & set("%\\;?#") and ".." not in path.split("/"))


def test_the_longest_prefix_wins() -> None:
    rows = {name: Route(name, name, "") for name in ("/a", "/a/b")}
    assert route_of("/a/b/c", rows) == rows["/a/b"]
    assert route_of("/a/bc", rows) == rows["/a"]
    assert route_of("/ab", rows) is None
