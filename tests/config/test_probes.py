from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from ipaddress import ip_network

import pytest
import redis
from django.db import connection
from django.test import Client
from pytest_django.fixtures import Settings
from rest_framework.test import APIClient

from authn.metering import STREAM
from config.probes import Migrations
from webhooks.models import WebhookDelivery

OPEN = ["/healthz", "/readyz", "/metrics"]


@pytest.fixture(autouse=True)
def forget_migrations(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Migrations, "applied", False)


def test_healthz_needs_nothing_but_the_process(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/healthz", headers={"Host": "10.1.2.3"})
    assert (response.status_code, response.json()) == (200, {"status": "ok", "version": settings.VERSION})


def test_readyz_checks_everything(client: Client, db: None) -> None:
    response = client.get("/readyz", headers={"Host": "10.1.2.3"})
    assert response.status_code == 200
    assert response.json() == {
        "status": "ok",
        "checks": {"database": "ok", "valkey": "ok", "migrations": "ok"},
    }


def test_readyz_names_a_valkey_that_is_away(client: Client, db: None, settings: Settings) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json() == {
        "status": "unavailable",
        "checks": {"database": "ok", "valkey": "unreachable", "migrations": "ok"},
    }


def test_readyz_names_a_missing_migration(client: Client, db: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'billing'")
    response = client.get("/readyz")
    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "ok", "valkey": "ok", "migrations": "migrations are pending"}


def test_metrics_count_requests_and_show_the_queue(client: Client, db: None) -> None:
    def value(name: str) -> float:
        lines = client.get("/metrics").content.decode().splitlines()
        return next((float(line.rpartition(" ")[2]) for line in lines if line.startswith(name)), 0.0)

    counted = 'treaty_http_requests_total{method="GET",route="unmatched",status="404"}'
    before = value(counted)
    assert client.get("/api/nothing-here").status_code == 404
    assert value(counted) == before + 1
    assert value("treaty_webhook_deliveries_pending") == WebhookDelivery.objects.pending().count() == 0
    assert value("treaty_webhook_delivery_oldest_due_seconds") == 0.0


def test_metrics_show_what_waits_in_valkey(client: Client, db: None, settings: Settings) -> None:
    with closing(redis.from_url(settings.REDIS_URL)) as valkey:
        ours = ("dramatiq:default", "dramatiq:mail", "dramatiq:mail.DQ", "dramatiq:mail.XQ", STREAM)
        valkey.delete(*ours)
        valkey.rpush("dramatiq:default", "a", "b")
        valkey.rpush("dramatiq:mail", "c")
        valkey.rpush("dramatiq:mail.DQ", "d")
        valkey.zadd("dramatiq:mail.XQ", {"e": 1, "f": 2})
        valkey.xadd(STREAM, {"c": "x"})
        text = client.get("/metrics").content.decode()
        valkey.delete(*ours)
    assert "\ntreaty_jobs_waiting 4.0\n" in text
    assert "\ntreaty_jobs_given_up 2.0\n" in text
    assert "\ntreaty_usage_stream_entries 1.0\n" in text
    settings.REDIS_URL = settings.BROKER_URL = "redis://127.0.0.1:1/0"
    away = client.get("/metrics")
    assert away.status_code == 200
    assert "treaty_jobs" not in away.content.decode()


def test_metrics_are_for_the_allowed_networks(client: Client, settings: Settings) -> None:
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 404
    settings.METRICS_ALLOWED_NETWORKS = [ip_network("203.0.113.0/24")]
    assert client.get("/metrics", REMOTE_ADDR="127.0.0.1").status_code == 404


@pytest.mark.parametrize(
    ("trusted", "status"),
    [([], 301), (["10.0.0.0/8"], 301), (["127.0.0.0/8"], 200)],
)
def test_a_forwarded_scheme_is_believed_from_trusted_proxies_alone(
    client: Client, db: None, settings: Settings, trusted: list[str], status: int
) -> None:
    settings.TRUSTED_PROXIES = [ip_network(network) for network in trusted]
    settings.SECURE_SSL_REDIRECT = True
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    assert client.get("/accounts/login/", headers={"X-Forwarded-Proto": "https"}).status_code == status


def test_a_refused_call_is_logged_with_its_request_id(
    api: Callable[..., APIClient], db: None, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level("INFO", "treaty.request"):
        api("sk_wrong").get("/api/partners", headers={"X-Request-Id": "req-42"})
    (entry,) = [record.msg for record in caplog.records if record.name == "treaty.request"]
    assert isinstance(entry, dict)
    assert {name: entry[name] for name in ("event", "method", "path", "status", "request_id")} == {
        "event": "request",
        "method": "GET",
        "path": "/api/partners",
        "status": 401,
        "request_id": "req-42",
    }
