"""Reads that cross models: health, statistics, and attempts as they went over the wire."""

from __future__ import annotations

import json
import shlex
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Count, Max, Min, Q
from django.utils import timezone

from applications.models import PartnerApplication
from common.partitions import uuid7_floor
from common.principal import Principal, PrincipalKind
from events.models import EventType
from events.selectors import list_event_types
from webhooks.models import WebhookAttempt, WebhookDelivery, WebhookEndpoint
from webhooks.payload import data_text, envelope, with_signature
from webhooks.payload_mapping import apply_mapping
from webhooks.subscriptions import subscription_names

FAILURE_ALERT = 0.10  # share of failed deliveries above which something is wrong
DAY = timedelta(hours=24)


def preview_of(endpoint: WebhookEndpoint) -> tuple[str, str] | None:
    """An event that the endpoint takes, and its example's data as JSON the way they will arrive; None without one."""
    for event_type in list_event_types():
        name = event_type.event_name
        if event_type.example and not set(endpoint.subscribed_events).isdisjoint(subscription_names(name)):
            return name, json.dumps(apply_mapping(endpoint.field_mapping, event_type.example), indent=2)
    return None


def count_endpoints(partner_id: uuid.UUID) -> int:
    """How many endpoints of a partner count towards its tier."""
    return WebhookEndpoint.objects.filter(partner_id=partner_id).count()


def subscribed_scopes(application: PartnerApplication) -> frozenset[str] | None:
    """The scopes that the events an application is subscribed to need; None when it has no active endpoint."""
    endpoints = WebhookEndpoint.objects.active().filter(integration__application=application)
    names = {name for events in endpoints.values_list("subscribed_events", flat=True) for name in events}
    if not names:
        return None
    needed = EventType.objects.active().exclude(required_scope="").values_list("event_name", "required_scope")
    return frozenset(scope for event, scope in needed if not names.isdisjoint(subscription_names(event)))


def endpoint_figures(partner_id: uuid.UUID) -> dict[str, Any]:
    """The endpoints of a partner, and what became of the deliveries of the last 24 hours."""
    return figures_of(list(WebhookEndpoint.objects.filter(partner_id=partner_id)))


def endpoint_figures_of_application(application: PartnerApplication) -> dict[str, Any]:
    """The same of one application."""
    return figures_of(list(WebhookEndpoint.objects.filter(integration__application=application)))


def figures_of(endpoints: list[WebhookEndpoint]) -> dict[str, Any]:
    """Endpoints and their deliveries, added up."""
    days = endpoint_health(endpoints).values()
    return {
        "endpoints": len(endpoints),
        "activeEndpoints": sum(endpoint.active for endpoint in endpoints),
        "last24Hours": {
            "delivered": sum(health.delivered for health in days),
            "failed": sum(health.failed for health in days),
            "pending": sum(health.pending for health in days),
        },
    }


@dataclass(frozen=True, slots=True)
class Health:
    """An endpoint's last 24 hours."""

    delivered: int = 0
    failed: int = 0
    pending: int = 0
    last_delivered_at: datetime | None = None

    @property
    def total(self) -> int:
        """Deliveries made."""
        return self.delivered + self.failed + self.pending

    @property
    def success_rate(self) -> float | None:
        """Share of the settled deliveries that arrived; None when none is settled."""
        settled = self.delivered + self.failed
        return self.delivered / settled if settled else None


def endpoint_health(endpoints: Iterable[WebhookEndpoint]) -> dict[uuid.UUID, Health]:
    """The health of each endpoint, in one query."""
    rows = (
        WebhookDelivery.objects.filter(
            endpoint__in=[endpoint.id for endpoint in endpoints], id__gte=uuid7_floor(timezone.now() - DAY)
        )
        .values("endpoint_id")
        .annotate(
            delivered=Count("id", filter=Q(status="delivered")),
            failed=Count("id", filter=Q(status="failed")),
            pending=Count("id", filter=Q(status="pending")),
            last_delivered_at=Max("delivered_at"),
        )
        .order_by()
        .values_list("endpoint_id", "delivered", "failed", "pending", "last_delivered_at")
    )
    return {endpoint: Health(*counts) for endpoint, *counts in rows}


def state_of(endpoint: WebhookEndpoint) -> str:
    """A word for a badge: active, unverified, failing, paused, disabled (by the platform), inactive (by its owner)."""
    if not endpoint.active:
        return "disabled" if endpoint.disabled_reason else "inactive"
    if endpoint.pause:
        return "paused"
    if endpoint.unproven:
        return "unverified"
    return "failing" if endpoint.failing_since else "active"


def may_read_bodies(principal: Principal) -> bool:
    """Whether requests and answers are shown: they hold what events do, which not every role of a partner may read."""
    return principal.kind is not PrincipalKind.USER or principal.has_scope("read:events")


def attempt_body(attempt: WebhookAttempt, delivery: WebhookDelivery) -> str | None:
    """The body that was sent: rebuilt from the event, which never changes, and the signature that went with it.

    None when the event was archived.
    """
    if attempt.request_body:
        return attempt.request_body
    event = delivery.stored_event
    if event is None:
        return None
    content = envelope(
        event_id=event.id,
        event_name=event.event_type.event_name,
        happened_at=event.created_at,
        data=data_text(event.payload),
    )
    return with_signature(content, attempt.signature).decode()


def curl_command(attempt: WebhookAttempt, delivery: WebhookDelivery) -> str:
    """The attempt as a command for a shell; empty when its body is archived."""
    sent = attempt_body(attempt, delivery)
    if sent is None:
        return ""
    headers = "".join(f" \\\n  -H {shlex.quote(line)}" for line in attempt.request_headers.splitlines())
    return f"curl -X POST {shlex.quote(attempt.request_url)}{headers} \\\n  --data-binary {shlex.quote(sent)}"


# Percentiles over what the receivers were sent: from the event to its delivery, and the requests themselves.
STATISTICS = """
SELECT count(*), count(*) FILTER (WHERE d.status = 'delivered'), count(*) FILTER (WHERE d.status = 'failed'),
  count(*) FILTER (WHERE d.status = 'pending'), count(*) FILTER (WHERE d.attempt_number > 1),
  coalesce(sum(d.attempt_number), 0),
  percentile_cont(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (
    ORDER BY extract(epoch FROM d.delivered_at - d.created_at) * 1000) FILTER (WHERE d.delivered_at IS NOT NULL)
FROM webhooks_webhookdelivery d WHERE d.endpoint_id = ANY(%s) AND d.id >= %s AND d.id < %s
"""
CAUSES = """
SELECT CASE WHEN a.error <> '' THEN a.error ELSE 'http_' || a.response_status END AS cause, count(*)
FROM webhooks_webhookattempt a JOIN webhooks_webhookdelivery d ON d.id = a.delivery_id
WHERE d.endpoint_id = ANY(%s) AND d.id >= %s AND d.id < %s AND NOT a.succeeded GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT 20
"""


def delivery_statistics(
    *,
    principal: Principal,
    webhook: WebhookEndpoint | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """What became of the deliveries the caller can see, made between `since` (default: a day ago) and `until` (now)."""
    until = until or timezone.now()
    since = since or until - DAY
    endpoints = (
        [webhook.id] if webhook else list(WebhookEndpoint.objects.visible_to(principal).values_list("id", flat=True))
    )
    window: list[Any] = [endpoints, uuid7_floor(since), uuid7_floor(until + timedelta(milliseconds=1))]
    with connection.cursor() as cursor:
        cursor.execute(STATISTICS, window)
        total, delivered, failed, pending, retried, attempts, percentiles = cursor.fetchone()
        cursor.execute(CAUSES, window)
        causes = [{"cause": cause, "count": count} for cause, count in cursor.fetchall()]
    oldest = WebhookDelivery.objects.pending().filter(endpoint__in=endpoints).aggregate(at=Min("created_at"))["at"]
    settled = delivered + failed
    p50, p95, p99 = percentiles or (None, None, None)
    return {
        "since": since,
        "until": until,
        "total": total,
        "delivered": delivered,
        "failed": failed,
        "pending": pending,
        "attempts": attempts,
        "success_rate": delivered / settled if settled else None,
        "failure_rate": failed / settled if settled else None,
        "retry_rate": retried / total if total else None,
        "delivery_time_ms": {"p50": p50, "p95": p95, "p99": p99},
        "failures_by_cause": causes,
        "oldest_undelivered_at": oldest,
    }
