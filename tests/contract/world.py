"""Objects of Acme to put into the paths that the walks take."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import transaction
from rest_framework.test import APIClient

from applications.models import PartnerApplication
from authn.models import ApiKey
from authn.services.oauth import create_client
from common.api.compatibility import METHODS
from common.api.documents import openapi
from common.prepared import execute_prepared
from common.principal import SYSTEM
from events.models import PlatformEvent
from events.services.publishing import publish_event
from integrations.models import Integration
from integrations.services.integrations import create_integration
from partners.models import Partner
from tests.conftest import make_key
from webhooks.services.endpoints import register_webhook

# OAuth's endpoints speak their RFCs, and leaked keys are reported by strangers; their own tests hold them to that.
OUTSIDE = ("/api/oauth/token", "/api/oauth/authorize", "/api/oauth/revoke", "/api/keys/leaked", "/api/keys/self-revoke")

# What a list cannot do without.
REQUIRED_QUERY = {"/api/events/timeline": {"entityType": "lead", "entityId": "lead_1"}}
WATCHED = (PartnerApplication, Partner, Integration, ApiKey, PlatformEvent)
# A key's use is not a change.
SNAPSHOT = " UNION ALL ".join(
    f"SELECT (to_jsonb(t) - 'last_used_at' - 'request_count')::text FROM {model._meta.db_table} t"  # noqa: S608 (ours)
    for model in WATCHED
)


def operations() -> list[tuple[str, str]]:
    """(method, path) of every documented operation that follows the house rules."""
    return [
        (method, path)
        for path, item in openapi()["paths"].items()
        for method in METHODS
        if method in item and not path.startswith(OUTSIDE)
    ]


def described(method: str, path: str) -> dict[str, Any]:
    """The document's entry of one operation."""
    operation: dict[str, Any] = openapi()["paths"][path][method]
    return operation


def build_world(application: PartnerApplication) -> dict[str, str]:
    """One object of Acme under each resource; the key is the path that lists them."""
    integration = create_integration(application=application, integration_name="Acme CRM", actor=SYSTEM)
    event = publish_event(
        event_name="lead.created",
        entity_type="lead",
        entity_id="lead_1",
        payload={"id": "lead_1"},
        partner_id=application.partner_id,
    )
    webhook = register_webhook(
        integration=integration, endpoint_url="http://127.0.0.1:9/", subscribed_events=["lead.*"], actor=SYSTEM
    )
    client = create_client(
        application=application, name="Sign-in", redirect_uris=["https://acme.test/cb"], actor=SYSTEM
    ).client
    make_key(application)
    return {
        "/api/partners": str(application.partner_id),
        "/api/applications": str(application.pk),
        "/api/integrations": str(integration.pk),
        "/api/events": str(event.pk),
        "/api/webhooks": str(webhook.pk),
        "/api/oauth/clients": str(client.pk),
        "/api/keys": str(ApiKey.objects.filter(application=application).latest("id").pk),
    }


def concrete(path: str, world: dict[str, str]) -> str:
    """`path` with Acme's ids; a resource the world lacks gets an id of nothing."""
    parts: list[str] = []
    for part in path.split("/"):
        is_variable = re.fullmatch(r"\{\w+\}", part) is not None
        parts.append(world.get("/".join(parts), str(uuid.uuid4())) if is_variable else part)
    return "/".join(parts)


def is_known(path: str, world: dict[str, str]) -> bool:
    """Whether every id in `path` belongs to an object of the world."""
    before = re.split(r"/\{\w+\}", path)[:-1]
    return len(before) <= 1 and all(prefix in world for prefix in before)


def snapshot() -> list[str]:
    """The rows that a refused call must leave alone."""
    return sorted(row for (row,) in execute_prepared(SNAPSHOT, {}))


def valid_body(method: str, path: str) -> dict[str, Any]:
    """A body that the operation takes: its example in the document."""
    content = described(method, path).get("requestBody", {}).get("content", {})
    example: dict[str, Any] = content["application/json"]["example"] if content else {}
    return example


def call(client: APIClient, method: str, path: str, world: dict[str, str], *, valid: bool = False) -> Any:
    """Send a body without members or a valid one, or what a list cannot do without."""
    body: dict[str, Any] | None = REQUIRED_QUERY.get(path)
    if method in {"post", "put", "patch"}:
        body = valid_body(method, path) if valid else {}
    return getattr(client, method)(concrete(path, world), body)


@contextmanager
def rolled_back() -> Iterator[None]:
    """Each caller finds the world as it was."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)
