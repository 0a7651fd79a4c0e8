"""Treaty and a service of the insurer's, for the proxies in front of both."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from django.conf import settings

from applications.models import PartnerApplication
from authn.keys import digest
from authn.models import ApiKey, GatewayRoute
from bench.servers import WebServer, bench_environment
from tests.authn.gateway.core_service import CoreService, core_service
from tests.conftest import make_application, make_partner
from tests.envoy import envoy
from tests.nginx import nginx

IDENTITY = ("partner", "application", "scopes", "environment", "request-id")


@pytest.fixture(scope="package")
def core() -> Iterator[CoreService]:
    """The service behind the proxy."""
    with core_service() as running:
        yield running


@pytest.fixture(scope="package")
def treaty() -> Iterator[int]:
    """The port of Treaty's web server, which works on the test database."""
    environment = bench_environment() | {
        "DATABASE_URL": os.environ["DATABASE_URL"].rpartition("/")[0] + "/test_treaty",
        "DJANGO_SETTINGS_MODULE": "config.settings",
        "TRUSTED_PROXIES": "127.0.0.0/8",
    }
    server = WebServer("config.wsgi:application", environment)
    yield server.port
    server.stop()


@pytest.fixture(scope="package")
def nginx_edge(treaty: int, core: CoreService) -> Iterator[str]:
    """Nginx's address."""
    with nginx(treaty=treaty, core=core.port) as address:
        yield address


@pytest.fixture(scope="package")
def envoy_edge(treaty: int, core: CoreService) -> Iterator[str]:
    """Envoy's address."""
    with envoy(treaty=treaty, core=core.port) as address:
        yield address


@pytest.fixture
def shop(core: CoreService) -> PartnerApplication:
    """Acme's application, the route of leads, and a service that has seen nothing yet."""
    core.seen.clear()
    core.first_bytes.clear()
    core.go_on.clear()
    GatewayRoute.objects.get_or_create(
        path_prefix="/core/leads", defaults={"read_scope": "read:leads", "write_scope": "write:leads"}
    )
    return make_application(make_partner("Acme Insurance Tech"))


def call(edge: str, key: str | None, path: str = "/core/leads", method: str = "GET", **options: Any) -> Any:
    """What the proxy at `edge` answers."""
    headers = {**({"Authorization": f"Bearer {key}"} if key else {}), **options.pop("headers", {})}
    return requests.request(method, edge + path, headers=headers, timeout=20, **options)


def stored(key: str) -> ApiKey:
    """The row of a key."""
    return ApiKey.objects.get(key_value=digest(key, settings.API_KEY_PEPPER))
