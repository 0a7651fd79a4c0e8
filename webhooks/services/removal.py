"""Removing endpoints: gone for everybody at once, a long log part by part."""

from __future__ import annotations

import uuid

from django.db import connection, transaction
from django.utils import timezone

from common.partitions import day_bounds, uuid7_day
from common.principal import Principal
from common.queue import send_on_commit
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.endpoints import lock

PURGED_AT_ONCE = 5000  # deliveries of one transaction


def delete_webhook(*, webhook: WebhookEndpoint, actor: Principal) -> None:
    """Remove an endpoint with its deliveries and attempts; what is on its way may still arrive.

    A job goes on with a long log: nobody waits for that, and nobody sees the endpoint meanwhile.
    """
    with transaction.atomic():
        endpoint = lock(webhook, actor)
        endpoint.active, endpoint.disabled_reason, endpoint.removed_at = False, "", timezone.now()
        endpoint.save(update_fields=["active", "disabled_reason", "removed_at", "updated_at"])
    if purge_deliveries(endpoint.pk) < PURGED_AT_ONCE:
        finish_removal(endpoint.pk)
    else:
        send_on_commit("remove_webhook", str(endpoint.pk))


def finish_removal(endpoint_id: uuid.UUID) -> None:
    """Purge what is left of a removed endpoint, and the endpoint; does nothing when it is done already."""
    while purge_deliveries(endpoint_id) == PURGED_AT_ONCE:
        pass
    with transaction.atomic():
        # Waits for those who are publishing to it, so that nothing is left that refers to it.
        removed = WebhookEndpoint.stored.removed().select_for_update(of=("self",)).filter(pk=endpoint_id).first()
        if removed is not None:
            while purge_deliveries(endpoint_id):
                pass
            removed.delete()


def finish_removals() -> None:
    """Go on with every removal that is not done: its message may have been lost, or its worker killed."""
    for endpoint_id in WebhookEndpoint.stored.removed().values_list("pk", flat=True):
        finish_removal(endpoint_id)


@transaction.atomic
def purge_deliveries(endpoint_id: uuid.UUID) -> int:
    """Delete the oldest PURGED_AT_ONCE deliveries of an endpoint and their attempts; return how many there were."""
    deliveries = WebhookDelivery.objects.filter(endpoint_id=endpoint_id).order_by("id")
    ids = list(deliveries.values_list("id", flat=True)[:PURGED_AT_ONCE])
    if ids:
        with connection.cursor() as cursor:
            # Not by the ORM's cascade: it would load every row. Attempts of days before the deliveries are not theirs.
            first, _ = day_bounds(uuid7_day(ids[0]))
            cursor.execute("DELETE FROM webhooks_webhookattempt WHERE delivery_id = ANY(%s) AND id >= %s", [ids, first])
            cursor.execute("DELETE FROM webhooks_webhookdelivery WHERE id = ANY(%s)", [ids])
    return len(ids)
