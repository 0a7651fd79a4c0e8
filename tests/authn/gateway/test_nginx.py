"""The gateway as it is shipped: a real nginx with deploy/nginx.conf, a running Treaty, and a service behind them."""

from __future__ import annotations

import hashlib
import os
import socket
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.utils import timezone

from applications.models import PartnerApplication
from applications.services.lifecycle import deprecate_application
from authn.models import ApiKey
from common.principal import SYSTEM
from tests.authn.gateway.conftest import IDENTITY, call
from tests.authn.gateway.core_service import CoreService
from tests.conftest import make_key
from tests.nginx import nginx
from tests.running import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
UPLOAD = os.urandom(20 * 1024 * 1024)


@pytest.fixture
def edge(nginx_edge: str) -> str:
    """Nginx's address."""
    return nginx_edge


def test_the_service_learns_who_calls_and_no_more(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    key = make_key(shop, scopes=frozenset({"read:leads", "read:claims"}))
    answer = call(edge, key, "/core/leads/7?x=1&y=%2F")
    assert answer.status_code == 200
    (seen,) = core.seen
    assert (seen["method"], seen["target"]) == ("GET", "/core/leads/7?x=1&y=%2F")
    headers = seen["headers"]
    assert headers["x-treaty-partner"] == [str(shop.partner_id)]
    assert headers["x-treaty-application"] == [str(shop.id)]
    assert headers["x-treaty-scopes"] == ["read:claims read:leads"]
    assert headers["x-treaty-environment"] == ["live"]
    assert headers["x-treaty-request-id"] == [answer.headers["X-Request-Id"]]
    assert "authorization" not in headers
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("10000", "9999")
    assert answer.headers["RateLimit-Policy"] == '"hour";q=10000;w=3600'


def test_a_client_s_own_words_are_not_believed(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    spoofed = {f"X-Treaty-{name}": "spoofed" for name in IDENTITY} | {"x_treaty_partner": "spoofed"}
    spoofed |= {"X-Original-URI": "/core/leads", "X-Original-Method": "GET", "X-Treaty-Reason": "spoofed"}
    key = make_key(shop, scopes=frozenset({"read:leads"}))
    assert call(edge, key, headers=spoofed).status_code == 200
    (seen,) = core.seen
    values = [value for name in IDENTITY for value in seen["headers"][f"x-treaty-{name}"]]
    assert len(values) == len(IDENTITY)
    assert "spoofed" not in values
    assert {"x_treaty_partner", "x-treaty-reason"} & set(seen["headers"]) == set()
    # Nor what it claims to ask for.
    assert call(edge, key, method="DELETE", headers=spoofed).status_code == 403
    assert call(edge, key, "/core/secrets", headers=spoofed).status_code == 403
    assert len(core.seen) == 1


def test_an_address_is_whence_the_call_comes(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    key = make_key(shop)
    ApiKey.objects.update(allowed_networks=["203.0.113.0/24"])
    answer = call(edge, key, headers={"X-Forwarded-For": "203.0.113.5"})
    assert (answer.status_code, answer.json()["code"]) == (403, "network_not_allowed")
    assert core.seen == []


@pytest.mark.parametrize(
    ("scope", "method", "path", "code"),
    [
        ("read:leads", "POST", "/core/leads", "insufficient_scope"),
        ("write:leads", "GET", "/core/leads", "insufficient_scope"),
        ("read:claims", "GET", "/core/leads/1", "insufficient_scope"),
        ("read:leads", "GET", "/core/secrets", "route_not_allowed"),
        ("read:leads", "GET", "/core/", "route_not_allowed"),
        ("read:leads", "GET", "/core/leads/%2e%2e/secrets", "route_not_allowed"),
    ],
)
def test_what_the_credential_does_not_open(
    edge: str, core: CoreService, shop: PartnerApplication, scope: str, method: str, path: str, code: str
) -> None:
    answer = call(edge, make_key(shop, scopes=frozenset({scope})), path, method)
    assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
    problem = answer.json()
    assert (problem["status"], problem["code"], problem["title"]) == (403, code, "Forbidden")
    assert problem["requestId"] == answer.headers["X-Request-Id"]
    assert ("WWW-Authenticate" in answer.headers) == (code == "insufficient_scope")
    assert core.seen == []


@pytest.mark.parametrize(("key", "code"), [(None, "missing_credential"), ("sk_nonsense", "invalid_credential")])
def test_nobody(edge: str, core: CoreService, shop: PartnerApplication, key: str | None, code: str) -> None:
    answer = call(edge, key)
    assert (answer.status_code, answer.json()["code"]) == (401, code)
    error = ', error="invalid_token"' if key else ""
    assert answer.headers["WWW-Authenticate"] == f'Bearer realm="treaty"{error}'
    assert core.seen == []


def test_the_check_itself_and_the_counters_are_not_for_clients(edge: str, shop: PartnerApplication) -> None:
    for path in ("/internal/authorize", "/metrics", "/_treaty_authorize"):
        assert call(edge, make_key(shop), path).status_code == 404
    assert call(edge, make_key(shop), "/api/keys").status_code == 200


def test_a_deprecated_application_is_told(edge: str, shop: PartnerApplication) -> None:
    key = make_key(shop)
    assert "Deprecation" not in call(edge, key).headers
    PartnerApplication.objects.update(status="published")
    shop.refresh_from_db()
    deprecate_application(application=shop, sunset_date=timezone.now().date() + timedelta(days=120), actor=SYSTEM)
    answer = call(edge, key)
    assert answer.status_code == 200
    assert answer.headers["Deprecation"].startswith("@")
    assert answer.headers["Sunset"].endswith("GMT")


def test_a_large_upload_arrives_as_it_was_sent(edge: str, shop: PartnerApplication) -> None:
    answer = call(edge, make_key(shop), method="POST", data=UPLOAD)
    assert answer.status_code == 200, answer.text
    assert (answer.json()["size"], answer.json()["sha256"]) == (len(UPLOAD), hashlib.sha256(UPLOAD).hexdigest())


def test_an_upload_is_passed_on_while_it_is_sent(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    def pieces() -> Iterator[bytes]:
        yield b"x" * 70_000
        assert core.first_bytes.wait(10), "nginx keeps the body"
        yield b"y" * 70_000

    answer = call(edge, make_key(shop), method="PUT", data=pieces())
    assert answer.json()["sha256"] == hashlib.sha256(b"x" * 70_000 + b"y" * 70_000).hexdigest()
    assert "content-length" not in answer.json()["headers"]


def test_a_stream_is_passed_on_while_it_is_written(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    with call(edge, make_key(shop), "/core/leads/events", stream=True) as answer:
        assert answer.headers["Content-Type"] == "text/event-stream"
        lines = answer.iter_lines(chunk_size=1)
        assert next(lines) == b"data: 1"
        core.go_on.set()
        assert list(lines) == [b"", b"data: 2", b""]


@pytest.mark.parametrize("status", [401, 403, 404, 500, 503])
def test_the_service_s_own_refusals_pass_as_they_are(edge: str, shop: PartnerApplication, status: int) -> None:
    answer = call(edge, make_key(shop), f"/core/leads/status/{status}")
    assert (answer.status_code, answer.content) == (status, b"the service's own words")


def test_nobody_gets_through_while_treaty_is_away(core: CoreService, shop: PartnerApplication) -> None:
    with nginx(treaty=free_port(), core=core.port) as edge:
        answer = call(edge, make_key(shop))
    assert (answer.status_code, answer.json()["code"]) == (503, "gateway_unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert core.seen == []


def test_nobody_gets_through_while_treaty_does_not_answer(core: CoreService, shop: PartnerApplication) -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as silent,
        nginx(treaty=silent.getsockname()[1], core=core.port) as edge,
    ):
        answer = call(edge, make_key(shop))
    assert (answer.status_code, answer.json()["code"]) == (503, "gateway_unavailable")
    assert core.seen == []
