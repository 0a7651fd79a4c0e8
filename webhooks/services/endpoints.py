"""Registering and changing endpoints."""

from __future__ import annotations

import re
from collections.abc import Collection, Container
from typing import Any

from django.db import connection, transaction
from django.db.models.functions import Now

from common.errors import ForbiddenError, InvalidError
from common.principal import Principal
from common.queue import send_on_commit
from events.models import EventType
from integrations.models import Integration
from partners.models import Partner
from partners.tiers import check_quota, limits_of
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.ownership import Place, look_up
from webhooks.payload_filter import check_filter
from webhooks.payload_mapping import check_mapping
from webhooks.selectors import count_endpoints
from webhooks.signing import generate_secret
from webhooks.wakeups import wake_on_commit

MAX_SUBSCRIPTIONS = 100
# What has rules beyond its type.
DECIDED = ("endpoint_url", "subscribed_events", "custom_headers", "payload_filter", "field_mapping")
MAX_HEADERS = 10
MAX_HEADER_VALUE = 1024

HEADER_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]{1,100}")
# What the platform, the connection or a proxy on the way gives a meaning to.
RESERVED_HEADERS = re.compile(
    r"(?:webhook|x-webhook|x-forwarded|proxy|sec)-.*|host|content-.*|transfer-encoding|connection|keep-alive|te|trailer"
    r"|upgrade|expect|user-agent|accept-encoding|cookie|date|via|forwarded|range|if-.*|x-real-ip",
    re.IGNORECASE,
)


def register_webhook(
    *,
    integration: Integration,
    endpoint_url: str,
    subscribed_events: list[str],
    actor: Principal,
    description: str = "",
    active: bool = True,
    custom_headers: Any = None,
    payload_filter: dict[str, Any] | None = None,
    field_mapping: dict[str, Any] | None = None,
    max_in_flight: int | None = None,
    max_per_second: int | None = None,
    ordered: bool = False,
) -> WebhookEndpoint:
    """Have the events of `subscribed_events` posted to `endpoint_url`, signed with a fresh secret.

    The endpoint has its integration's environment. Raises InvalidError for an address the platform does not call, and
    for events that do not exist or that the application may not see; LimitError beyond the partner's tier.
    """
    refuse_stranger(integration.partner_id, actor)
    endpoint = WebhookEndpoint(
        integration=integration,
        partner_id=integration.partner_id,
        environment=integration.environment,
        endpoint_url=endpoint_url,
        subscribed_events=subscribed_events,
        description=description,
        active=active,
        custom_headers=custom_headers or {},
        payload_filter=payload_filter or {},
        field_mapping=field_mapping or {},
        max_in_flight=max_in_flight,
        max_per_second=max_per_second,
        ordered=ordered,
        webhook_secret=generate_secret(),
    )
    place = look_up(endpoint_url, integration.environment)
    check(endpoint, changed=DECIDED, place=place)
    with transaction.atomic():
        partner = Partner.objects.select_for_update(no_key=True).get(pk=integration.partner_id)
        check_quota(partner, "webhooks", count_endpoints(partner.id))
        demand_proof(endpoint, place)
        endpoint.save(force_insert=True)
    return endpoint


def demand_proof(endpoint: WebhookEndpoint, place: Place) -> None:
    """Have an endpoint at a new address show that it is its owner's, once the transaction commits."""
    endpoint.unproven = place.needs_proof
    endpoint.ownership_error, endpoint.verified_at = "", None
    if endpoint.unproven:
        send_on_commit("challenge_webhook", str(endpoint.id))


def update_webhook(*, webhook: WebhookEndpoint, actor: Principal, **changes: Any) -> WebhookEndpoint:
    """Change what the owner decides; switching it on again releases what was held for it.

    Raises InvalidError as `register_webhook` does, for what is changed: an event retired since, or a scope the
    application lost, does not stand in the way of the rest.
    """
    refuse_stranger(webhook.partner_id, actor)
    place = look_up(changes["endpoint_url"], webhook.environment) if "endpoint_url" in changes else None
    return change_webhook(webhook, actor, changes, place)


@transaction.atomic
def change_webhook(
    webhook: WebhookEndpoint, actor: Principal, changes: dict[str, Any], place: Place | None
) -> WebhookEndpoint:
    """The same once it is known what is at a new address."""
    endpoint = lock(webhook, actor)
    was_active, was_ordered, was_at = endpoint.active, endpoint.ordered, endpoint.endpoint_url
    before = {name: getattr(endpoint, name) for name in changes}
    for name, value in changes.items():
        setattr(endpoint, name, value)
    changed = {name for name, value in changes.items() if value != before[name]}
    check(endpoint, changed=changed, place=place, had=before.get("subscribed_events", ()))
    fields = list(changes)
    if "active" in changes and endpoint.active != was_active:
        # An owner's decision replaces the platform's, either way.
        endpoint.disabled_reason = ""
        endpoint.failing_since = endpoint.warned_at = None
        fields += ["disabled_reason", "failing_since", "warned_at"]
    if place is not None and endpoint.endpoint_url != was_at:
        demand_proof(endpoint, place)
        endpoint.failing_since = endpoint.warned_at = None  # of the receiver that was there before
        fields += ["unproven", "ownership_error", "verified_at", "failing_since", "warned_at"]
    endpoint.save(update_fields=[*fields, "updated_at"])
    if endpoint.ordered != was_ordered:
        order_pending(endpoint)
    if endpoint.active and not endpoint.unproven and (not was_active or endpoint.endpoint_url != was_at):
        release_held(endpoint)
    return endpoint


def release_held(endpoint: WebhookEndpoint) -> None:
    """Make the deliveries due that were held while the endpoint was off; those in order wait for their turn."""
    held = WebhookDelivery.objects.pending().filter(endpoint=endpoint, due_at=None, order_key=None)
    held.update(due_at=Now())
    wake_on_commit()


# What is being sent goes on, and counts as under way.
BEGIN_ORDER = """
UPDATE webhooks_webhookdelivery d SET order_key = hashtextextended(e.entity_type || ':' || e.entity_id, 0),
  due_at = CASE WHEN d.leased_until > now() THEN d.due_at END
FROM events_platformevent e
WHERE e.id = d.event_id AND d.endpoint_id = %s AND d.status = 'pending' AND d.kind <> 'test'
"""
END_ORDER = """
UPDATE webhooks_webhookdelivery SET order_key = NULL, due_at = coalesce(due_at, CASE WHEN %s THEN now() END)
WHERE endpoint_id = %s AND status = 'pending' AND order_key IS NOT NULL
"""


def order_pending(endpoint: WebhookEndpoint) -> None:
    """Have what is not delivered yet keep the order from now on, or no longer."""
    with connection.cursor() as cursor:
        if endpoint.ordered:
            cursor.execute(BEGIN_ORDER, [endpoint.id])
        else:
            cursor.execute(END_ORDER, [endpoint.active, endpoint.id])
    wake_on_commit()


def lock(webhook: WebhookEndpoint, actor: Principal) -> WebhookEndpoint:
    """The endpoint as it is now, locked, for someone who may change it."""
    refuse_stranger(webhook.partner_id, actor)
    return (
        WebhookEndpoint.objects.select_for_update(of=("self",), no_key=True)
        .select_related("integration__application")
        .get(pk=webhook.pk)
    )


def refuse_stranger(partner_id: Any, actor: Principal) -> None:
    """Raise ForbiddenError for a caller of another partner."""
    if not actor.is_admin and actor.partner_id != partner_id:
        raise ForbiddenError("not_yours", "This belongs to another partner.")


def check(
    endpoint: WebhookEndpoint, *, changed: Container[str], place: Place | None, had: Collection[str] = ()
) -> None:
    """Raise InvalidError naming the first field of those `changed` that breaks a rule; events it `had` may stay."""
    if "endpoint_url" in changed and place is not None and place.refusal:
        raise InvalidError(place.refusal, field="endpoint_url", code="refused_url")
    if "subscribed_events" in changed:
        check_subscriptions(endpoint, had)
    if "custom_headers" in changed:
        check_headers(endpoint.custom_headers)
    if "payload_filter" in changed:
        check_filter(endpoint.payload_filter)
    if "field_mapping" in changed:
        check_mapping(endpoint.field_mapping)
    for field, value in (("max_in_flight", endpoint.max_in_flight), ("max_per_second", endpoint.max_per_second)):
        if value is not None and not 1 <= value <= 1000:
            raise InvalidError("Expected 1 to 1000.", field=field, code="out_of_range")


def check_subscriptions(endpoint: WebhookEndpoint, had: Collection[str]) -> None:
    """Names of active types, `lead.*` or `*`, each once; by name only what the application may see."""
    names = endpoint.subscribed_events
    if not 1 <= len(names) <= MAX_SUBSCRIPTIONS:
        raise InvalidError(f"Expected 1 to {MAX_SUBSCRIPTIONS} events.", field="subscribed_events", code="length")
    application = endpoint.integration.application
    test = endpoint.environment == "test"
    approved = set(application.permissions if test else application.approved_permissions)
    granted = approved & limits_of(application.partner.tier).scopes
    needed = dict(EventType.objects.active().values_list("event_name", "required_scope"))
    groups = {f"{name.partition('.')[0]}.*" for name in needed} | {"*"}
    for index, name in enumerate(names):
        field = f"subscribed_events.{index}"
        if name in names[:index]:
            raise InvalidError(f"{name} stands twice.", field=field, code="duplicate")
        if name in groups or name in had:
            continue
        if name not in needed:
            raise InvalidError(f"There is no event {name!r}.", field=field, code="unknown_event")
        if needed[name] and needed[name] not in granted:
            raise InvalidError(
                f"{name} needs the scope {needed[name]}, which the application does not have, or not in its tier.",
                field=field,
                code="scope_missing",
            )


def check_headers(headers: dict[str, str]) -> None:
    """A few headers of the owner's, none that the platform or HTTP itself gives a meaning to."""
    if len(headers) > MAX_HEADERS:
        raise InvalidError(f"At most {MAX_HEADERS} headers.", field="custom_headers", code="length")
    seen: set[str] = set()
    for name, value in headers.items():
        field = f"custom_headers.{name}"
        if name.lower() in seen:
            raise InvalidError("This header stands twice.", field=field, code="duplicate")
        seen.add(name.lower())
        if not HEADER_NAME.fullmatch(name) or RESERVED_HEADERS.fullmatch(name):
            raise InvalidError("This header cannot be set.", field=field, code="reserved_header")
        if not value.isascii() or not value.isprintable() or not value.strip():
            raise InvalidError("Expected printable ASCII.", field=field, code="invalid")
        if len(value) > MAX_HEADER_VALUE:
            raise InvalidError(f"At most {MAX_HEADER_VALUE} characters.", field=field, code="max_length")
