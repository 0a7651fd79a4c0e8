"""The gateway as it is shipped: a real Envoy with deploy/envoy.yaml says the same as nginx does."""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterator
from typing import Any

import pytest
import yaml

from applications.models import PartnerApplication
from authn.models import ApiKey
from tests.authn.gateway.conftest import IDENTITY, call
from tests.authn.gateway.core_service import CoreService
from tests.conftest import make_key
from tests.envoy import SHIPPED, envoy
from tests.nginx import SHIPPED as NGINX
from tests.running import free_port

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.timeout(180)]
PIECE = os.urandom(1024 * 1024)
ENVOY: dict[str, Any] = yaml.safe_load(SHIPPED.read_text(encoding="utf-8"))


@pytest.fixture
def edge(envoy_edge: str) -> str:
    """Envoy's address."""
    return envoy_edge


def test_the_service_learns_who_calls_and_believes_no_client(
    edge: str, core: CoreService, shop: PartnerApplication
) -> None:
    spoofed = {f"X-Treaty-{name}": "spoofed" for name in IDENTITY} | {"x_treaty_partner": "spoofed"}
    spoofed |= {"X-Original-URI": "/core/leads", "X-Original-Method": "GET", "X-Treaty-Reason": "spoofed"}
    key = make_key(shop, scopes=frozenset({"read:leads", "read:claims"}))
    answer = call(edge, key, "/core/leads/7?x=1&y=%2F", headers=spoofed)
    assert answer.status_code == 200
    (seen,) = core.seen
    headers = seen["headers"]
    assert (seen["method"], seen["target"]) == ("GET", "/core/leads/7?x=1&y=%2F")
    assert {name: headers[f"x-treaty-{name}"] for name in IDENTITY} == {
        "partner": [str(shop.partner_id)],
        "application": [str(shop.id)],
        "scopes": ["read:claims read:leads"],
        "environment": ["live"],
        "request-id": [answer.headers["X-Request-Id"]],
    }
    assert not {"x_treaty_partner", "x-treaty-reason", "authorization"} & set(headers)
    assert (answer.headers["X-RateLimit-Limit"], answer.headers["X-RateLimit-Remaining"]) == ("10000", "9999")
    assert answer.headers["RateLimit-Policy"] == '"hour";q=10000;w=3600'
    # Nor what it claims to ask for, or to speak for.
    assert call(edge, key, method="DELETE", headers=spoofed).status_code == 403
    assert call(edge, key, "/core/secrets", headers=spoofed).status_code == 403
    elsewhere = make_key(shop)
    ApiKey.objects.update(allowed_networks=["203.0.113.0/24"])
    answer = call(edge, elsewhere, headers={"X-Forwarded-For": "203.0.113.5"})
    assert (answer.status_code, answer.json()["code"]) == (403, "network_not_allowed")
    assert len(core.seen) == 1


def test_what_a_credential_does_not_open(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    key = make_key(shop, scopes=frozenset({"read:leads"}))
    for method, path, code in (
        ("POST", "/core/leads", "insufficient_scope"),
        ("GET", "/core/secrets", "route_not_allowed"),
        ("GET", "/core/leads/%2e%2e/secrets", "route_not_allowed"),
    ):
        answer = call(edge, key, path, method)
        assert (answer.status_code, answer.headers["Content-Type"]) == (403, "application/problem+json")
        assert answer.json()["code"] == code
        assert answer.json()["requestId"] == answer.headers["X-Request-Id"]
        assert ("WWW-Authenticate" in answer.headers) == (code == "insufficient_scope")
    assert call(edge, key, "/core/leads%2F..%2Fsecrets").status_code == 400
    for nobody, code in ((None, "missing_credential"), ("sk_nonsense", "invalid_credential")):
        answer = call(edge, nobody)
        assert (answer.status_code, answer.json()["code"]) == (401, code)
        assert answer.headers["WWW-Authenticate"].startswith('Bearer realm="treaty"')
    assert core.seen == []


def test_bodies_are_passed_on_as_they_come(edge: str, core: CoreService, shop: PartnerApplication) -> None:
    def pieces() -> Iterator[bytes]:
        yield PIECE
        assert core.first_bytes.wait(10), "Envoy keeps the body"
        yield PIECE

    key = make_key(shop)
    answer = call(edge, key, method="PUT", data=pieces())
    assert (answer.json()["size"], answer.json()["sha256"]) == (2 * len(PIECE), hashlib.sha256(PIECE * 2).hexdigest())
    with call(edge, key, "/core/leads/events", stream=True) as answer:
        lines = answer.iter_lines(chunk_size=1)
        assert next(lines) == b"data: 1"
        core.go_on.set()
        assert list(lines) == [b"", b"data: 2", b""]
    for status in (401, 403, 503):
        answer = call(edge, key, f"/core/leads/status/{status}")
        assert (answer.status_code, answer.content) == (status, b"the service's own words")


def test_nobody_gets_through_while_treaty_is_away(core: CoreService, shop: PartnerApplication) -> None:
    with envoy(treaty=free_port(), core=core.port) as edge:
        answer = call(edge, make_key(shop))
    assert (answer.status_code, answer.headers["Content-Type"]) == (503, "application/problem+json")
    assert (answer.json()["status"], answer.json()["code"]) == (503, "gateway_unavailable")
    assert answer.headers["Retry-After"] == "1"
    assert core.seen == []


def test_callers_see_the_same_headers_as_from_nginx() -> None:
    (listener,) = ENVOY["static_resources"]["listeners"]
    filters = listener["filter_chains"][0]["filters"][0]["typed_config"]["http_filters"]
    (check,) = (row["typed_config"] for row in filters if row["name"].endswith("ext_authz"))
    patterns = check["http_service"]["authorization_response"]["allowed_client_headers_on_success"]["patterns"]
    prefixes = tuple(next(iter(row.values())) for row in patterns)
    shown = {name.lower() for name in re.findall(r"add_header (\S+)", NGINX.read_text().split("location / {")[0])}
    assert all(name.startswith(prefixes) for name in shown)
    assert all(any(name.startswith(prefix) for name in shown) for prefix in prefixes)
