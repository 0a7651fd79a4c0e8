"""Trying failed deliveries again, many at once: all of an endpoint or a partner, since a time, or a chosen few.

Each recovery is a row: who asked, why, and how far it is. That row alone decides what is taken, so whoever goes on with
it goes on where it stopped, and a delivery that failed again meanwhile is not taken twice.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.db.models import Count, Min
from django.utils import timezone

from common.errors import ConflictError, ForbiddenError, InvalidError
from common.partitions import uuid7_floor
from common.principal import Principal
from common.queue import send_on_commit
from partners.models import Partner
from webhooks.models import DeliveryRecovery, WebhookDelivery, WebhookEndpoint
from webhooks.models.delivery import WebhookDeliveryQuerySet
from webhooks.services.endpoints import refuse_stranger
from webhooks.wakeups import wake_on_commit

MOST = 10_000  # deliveries of one recovery
MOST_CHOSEN = 200  # deliveries named one by one
BATCH = 500  # deliveries of one transaction; what needs more of them is a job's
PER_SECOND = 50

# Only what is still failed, so of two who ask for the same delivery one gets it.
RETRY = """
UPDATE webhooks_webhookdelivery d
SET status = 'pending', attempt_limit = d.attempt_number + 1, updated_at = now(), next_retry_at = r.due_at,
  due_at = CASE WHEN d.order_key IS NULL THEN r.due_at END
FROM (
  SELECT id, %(start)s + (row_number() OVER (ORDER BY id) - 1) * interval '1 second' / %(rate)s AS due_at
  FROM webhooks_webhookdelivery WHERE id = ANY(%(ids)s::uuid[]) AND status = 'failed'
) r
WHERE d.id = r.id AND d.status = 'failed'
"""


@dataclass(frozen=True, slots=True)
class Choice:
    """Which failed deliveries: every part that is given must hold."""

    endpoint: WebhookEndpoint | None = None
    partner: Partner | None = None
    event_name: str = ""
    since: datetime | None = None
    until: datetime | None = None
    delivery_ids: Sequence[uuid.UUID] = ()


@dataclass(frozen=True, slots=True)
class Preview:
    """What a recovery would do. Counts end behind MOST."""

    failed: int
    endpoints: int
    oldest: datetime | None
    switched_off: int  # failed too, but of endpoints that are off
    archived: int  # failed too, but there is nothing left to send

    @property
    def summary(self) -> str:
        """In words."""
        off = f" {self.switched_off:,} more belong to endpoints that are switched off." if self.switched_off else ""
        off += f" {self.archived:,} more cannot be sent again: their events are archived." if self.archived else ""
        if not self.failed or self.oldest is None:
            return f"There is nothing to try again.{off}"
        many = f"More than {MOST:,}" if self.failed > MOST else f"{self.failed:,}"
        taken = f" The oldest {MOST:,} are taken." if self.failed > MOST else ""
        deliveries = f"{many} failed deliver{'y' if self.failed == 1 else 'ies'}"
        endpoints = f"{self.endpoints:,} endpoint{'' if self.endpoints == 1 else 's'}"
        return f"{deliveries} of {endpoints}, the oldest of {self.oldest:%-d %b %Y, %H:%M} UTC.{taken}{off}"


def preview_recovery(choice: Choice) -> Preview:
    """Count what `choice` means."""
    failed = failed_deliveries(choice).stored()
    active = failed.filter(endpoint__in=WebhookEndpoint.objects.active())
    counted = WebhookDelivery.objects.filter(pk__in=active.order_by("id").values("pk")[: MOST + 1]).order_by()
    figures = counted.aggregate(
        failed=Count("id"), endpoints=Count("endpoint", distinct=True), oldest=Min("created_at")
    )
    off = failed.exclude(endpoint__in=WebhookEndpoint.objects.active())
    archived = failed_deliveries(choice).archived()
    return Preview(**figures, switched_off=off[: MOST + 1].count(), archived=archived[: MOST + 1].count())


def failed_deliveries(choice: Choice | DeliveryRecovery) -> WebhookDeliveryQuerySet:
    """The dead letters that `choice` names, those of archived events among them."""
    found = WebhookDelivery.objects.dead()
    if choice.endpoint is not None:
        found = found.filter(endpoint=choice.endpoint)
    elif choice.partner is not None:
        found = found.filter(endpoint__in=WebhookEndpoint.objects.filter(partner=choice.partner))
    if choice.delivery_ids:
        found = found.filter(pk__in=list(choice.delivery_ids))
    if choice.event_name:
        found = found.filter(event_name=choice.event_name)
    if choice.since is not None:
        found = found.filter(pk__gte=uuid7_floor(choice.since))
    if choice.until is not None:
        found = found.filter(pk__lt=uuid7_floor(choice.until))
    return found


@transaction.atomic
def recover_deliveries(*, choice: Choice, actor: Principal, reason: str = "") -> DeliveryRecovery:
    """Give every failed delivery of `choice` one more attempt, the oldest MOST of them, PER_SECOND of them a second.

    Few are retried at once, many by a job. Those of archived events stay as they are. Raises ConflictError when there
    are none, or none whose endpoint is on.
    """
    check_choice(choice, actor)
    preview = preview_recovery(choice)
    if not preview.failed and preview.switched_off:
        raise ConflictError("endpoint_inactive", "The endpoint is switched off.")
    if not preview.failed and preview.archived:
        raise ConflictError("event_archived", "The events are archived. The operator can restore them.")
    if not preview.failed:
        raise ConflictError("nothing_to_recover", "None of these deliveries has failed.")
    recovery = DeliveryRecovery.objects.create(
        partner=choice.endpoint.partner if choice.endpoint else choice.partner,
        endpoint=choice.endpoint,
        event_name=choice.event_name,
        since=choice.since,
        until=choice.until,
        delivery_ids=list(choice.delivery_ids),
        requested_by=actor.label,
        reason=reason,
        limit=MOST,
        found=preview.failed,
    )
    if preview.failed > BATCH:
        send_on_commit("recover_webhook_deliveries", str(recovery.id))
    else:
        go_on_with(recovery.id)
        recovery.refresh_from_db()
    return recovery


def note_retry(*, delivery: WebhookDelivery, actor: Principal) -> None:
    """Keep on record that somebody retried a single delivery; call it in the transaction that does so."""
    DeliveryRecovery.objects.create(
        partner_id=delivery.endpoint.partner_id,
        endpoint=delivery.endpoint,
        delivery_ids=[delivery.pk],
        requested_by=actor.label,
        limit=1,
        found=1,
        retried=1,
        position=delivery.pk,
        finished_at=timezone.now(),
    )


def check_choice(choice: Choice, actor: Principal) -> None:
    """Partners recover what is theirs; everything at once is for staff."""
    owner = choice.endpoint.partner_id if choice.endpoint else choice.partner.pk if choice.partner else None
    if owner is None and not actor.is_admin:
        raise ForbiddenError("not_yours", "This belongs to another partner.")
    if owner is not None:
        refuse_stranger(owner, actor)
    if len(choice.delivery_ids) > MOST_CHOSEN:
        raise InvalidError(f"At most {MOST_CHOSEN} deliveries.", field="delivery_ids", code="length")


@transaction.atomic
def go_on_with(recovery_id: uuid.UUID) -> bool:
    """The next batch of a recovery; return whether there is more."""
    recovery = DeliveryRecovery.objects.unfinished().select_for_update(no_key=True).filter(pk=recovery_id).first()
    if recovery is None:
        return False
    waiting = failed_deliveries(recovery).stored()
    waiting = waiting.filter(endpoint__in=WebhookEndpoint.objects.active(), updated_at__lte=recovery.created_at)
    if recovery.position is not None:
        waiting = waiting.filter(pk__gt=recovery.position)
    room = min(BATCH, recovery.limit - recovery.retried)
    ids = list(waiting.order_by("id").values_list("pk", flat=True)[:room])
    if ids:
        recovery.position = ids[-1]
        start = max(timezone.now(), recovery.paced_until or recovery.created_at)
        moved = retry_failed(ids, start)
        recovery.retried += moved
        recovery.paced_until = start + timedelta(seconds=moved / PER_SECOND)
    if len(ids) < BATCH or recovery.retried >= recovery.limit:
        recovery.finished_at = timezone.now()
    recovery.save(update_fields=["position", "retried", "paced_until", "finished_at", "updated_at"])
    return recovery.finished_at is None


def retry_failed(ids: Sequence[uuid.UUID], start: datetime) -> int:
    """Make failed deliveries due, one after the other from `start` on; return how many still were failed."""
    locked = WebhookDelivery.objects.dead().filter(pk__in=ids).order_by("id")
    list(locked.select_for_update(no_key=True).values_list("pk", flat=True))  # in one order, whoever comes
    with connection.cursor() as cursor:
        cursor.execute(RETRY, {"ids": list(ids), "start": start, "rate": PER_SECOND})
        moved: int = cursor.rowcount
    if moved:
        wake_on_commit()
    return moved


def finish_recovery(recovery_id: uuid.UUID) -> None:
    """Batch by batch, to the end."""
    while go_on_with(recovery_id):
        pass


def finish_recoveries() -> int:
    """Go on with those whose job was lost; return how many there were."""
    unfinished = list(DeliveryRecovery.objects.unfinished().values_list("pk", flat=True))
    for key in unfinished:
        finish_recovery(key)
    return len(unfinished)


def statuses(endpoint: WebhookEndpoint, ids: Sequence[uuid.UUID]) -> Counter[str]:
    """How many of an endpoint's deliveries `ids` stand where; `archived` are the failed ones without their event."""
    rows = WebhookDelivery.objects.filter(endpoint=endpoint, pk__in=ids[:MOST_CHOSEN])
    counts = Counter(rows.values_list("status", flat=True))
    counts["archived"] = rows.dead().archived().count()
    counts["failed"] -= counts["archived"]
    return counts
