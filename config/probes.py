"""The probes of an orchestrator and of Prometheus."""

from __future__ import annotations

from collections.abc import Callable

import redis
import structlog
from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from common.client_ip import client_ip, parse
from config.metrics import exposition

logger = structlog.get_logger(__name__)
OK = "ok"


class MigrationsPendingError(Exception):
    """The database is behind the code."""


class Migrations:
    """Whether every migration of this code is applied. Once true it stays true for this process, and costs nothing."""

    applied = False

    @classmethod
    def check(cls) -> None:
        """Raise MigrationsPendingError when one is missing."""
        if cls.applied:
            return
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise MigrationsPendingError("run manage.py migrate")
        cls.applied = True


def check_database() -> None:
    """One round trip."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def check_valkey() -> None:
    """One round trip on a connection of its own."""
    client = redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)
    try:
        client.ping()
    finally:
        client.close()


CHECKS: dict[str, Callable[[], None]] = {
    "database": check_database,
    "valkey": check_valkey,
    "migrations": Migrations.check,
}


def result_of(name: str, check: Callable[[], None]) -> str:
    """`ok`, or what is wrong in words fit for the public; the details go to the log."""
    try:
        check()
    except MigrationsPendingError:
        return "migrations are pending"
    except (DatabaseError, redis.RedisError, OSError) as error:
        logger.warning("probe_failed", check=name, error=str(error))
        return "unreachable"
    return OK


def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers: nothing else is asked, so that a database outage restarts nobody."""
    return JsonResponse({"status": OK, "version": settings.VERSION})


def readyz(request: HttpRequest) -> HttpResponse:
    """Whether this process can do its work; 503 names what it lacks."""
    results = {name: result_of(name, check) for name, check in CHECKS.items()}
    ready = all(result == OK for result in results.values())
    return JsonResponse({"status": OK if ready else "unavailable", "checks": results}, status=200 if ready else 503)


def metrics(request: HttpRequest) -> HttpResponse:
    """Prometheus text, for METRICS_ALLOWED_NETWORKS alone: it tells how much business goes on here."""
    address = parse(client_ip(request) or "")
    if address is None or not any(address in network for network in settings.METRICS_ALLOWED_NETWORKS):
        return HttpResponse(status=404)
    return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)


PROBES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": healthz,
    "/readyz": readyz,
    "/metrics": metrics,
}
