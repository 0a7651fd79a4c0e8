"""Looking for abuse of credentials, and judging what was found. Thresholds are settings.SUSPICION."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count
from django.urls import reverse
from django.utils import timezone

from authn import sightings
from authn.models import ApiCall, ApiKey, SuspiciousActivity
from authn.services.keys import revoke_api_key
from authn.valkey import ValkeyAway
from common.errors import ForbiddenError, TransitionError
from common.mail import absolute_url
from common.partitions import uuid7_floor
from common.principal import Principal
from partners.services.mail import mail_staff

logger = structlog.get_logger(__name__)

Kind, Status = SuspiciousActivity.Kind, SuspiciousActivity.Status
# What was judged is not brought up again within a day: whoever judged it knows.
QUIET = timedelta(hours=24)
BASELINE_HOURS = 24 * 7
MAX_EVIDENCE = 50


def find_suspicious_activity() -> list[SuspiciousActivity]:
    """Look at the current hour; the findings that are new. What is still open is brought up to date."""
    found: list[SuspiciousActivity | None] = []
    try:
        found += [*failed_networks(), *failed_prefixes(), *keys_from_many_networks()]
    except ValkeyAway as error:
        logger.warning("sightings_not_read", error=str(error))
    found += sudden_volumes()
    return [flag for flag in found if flag is not None]


def failed_networks() -> list[SuspiciousActivity | None]:
    """Networks that tried many bad credentials."""
    limit = settings.SUSPICION["failures_per_network"]
    rows = sightings.failures(sightings.FAILED_NETWORKS, at_least=limit)
    return [flag(Kind.FAILED_FROM_NETWORK, network, failures=count) for network, count in rows.items()]


def failed_prefixes() -> list[SuspiciousActivity | None]:
    """Prefixes, of keys there are or not, with which many bad keys were tried."""
    limit = settings.SUSPICION["failures_per_prefix"]
    rows = sightings.failures(sightings.FAILED_PREFIXES, at_least=limit)
    keys = {key.key_prefix: key for key in ApiKey.objects.filter(key_prefix__in=rows).order_by("id")}
    return [
        flag(Kind.FAILED_FOR_PREFIX, prefix, key=keys.get(prefix), failures=count) for prefix, count in rows.items()
    ]


def keys_from_many_networks() -> list[SuspiciousActivity | None]:
    """Keys that were used from more networks than one place has."""
    rows = sightings.networks_of_keys(at_least=settings.SUSPICION["networks_per_key"])
    keys = ApiKey.objects.select_related("partner").in_bulk(list(rows))
    return [
        flag(Kind.MANY_NETWORKS, str(key), key=key, count=len(rows[pk]), networks=rows[pk][:MAX_EVIDENCE])
        for pk, key in keys.items()
    ]


def sudden_volumes() -> list[SuspiciousActivity | None]:
    """Keys that called much more within the last hour than they do in an hour of their last week."""
    now = timezone.now()
    hour_ago, week_ago = uuid7_floor(now - timedelta(hours=1)), uuid7_floor(now - timedelta(hours=BASELINE_HOURS))
    busy = (
        ApiCall.objects.filter(id__gte=hour_ago, credential_id__isnull=False)
        .order_by()
        .values_list("credential_id")
        .annotate(calls=Count("id"))
        .filter(calls__gte=settings.SUSPICION["volume_calls"])
    )
    calls = dict(busy)
    flags = []
    for pk, key in ApiKey.objects.select_related("partner").in_bulk(list(calls)).items():
        before = ApiCall.objects.filter(credential_id=pk, id__gte=week_ago, id__lt=hour_ago).count()
        lived = max(1.0, min(BASELINE_HOURS, (now - key.created_at).total_seconds() / 3600) - 1)
        usual = before / lived
        if calls[pk] >= settings.SUSPICION["volume_factor"] * max(1.0, usual):
            flags.append(
                flag(Kind.SUDDEN_VOLUME, str(key), key=key, calls_last_hour=calls[pk], usual_per_hour=round(usual, 1))
            )
    return flags


@transaction.atomic
def flag(kind: str, subject: str, *, key: ApiKey | None = None, **evidence: Any) -> SuspiciousActivity | None:
    """Write a finding down and tell staff; None when it is known already, or was judged within the last day."""
    now = timezone.now()
    if SuspiciousActivity.objects.filter(kind=kind, subject=subject, decided_at__gt=now - QUIET).exists():
        return None
    row, is_new = SuspiciousActivity.objects.get_or_create(
        kind=kind,
        subject=subject,
        status=Status.OPEN,
        defaults={"api_key": key, "partner": key.partner if key else None, "evidence": evidence, "last_seen_at": now},
    )
    if not is_new:
        row.evidence, row.last_seen_at = evidence, now
        row.save(update_fields=["evidence", "last_seen_at", "updated_at"])
        return None
    mail_staff(
        kind="suspicious_activity",
        what=str(row),
        partner=row.partner.partner_name if row.partner else "",
        evidence=in_words(evidence),
        action_url=absolute_url(reverse("admin:authn_suspiciousactivity_change", args=[row.pk])),
    )
    return row


def in_words(evidence: dict[str, Any]) -> str:
    """The figures, for an e-mail."""
    figures = {name: value for name, value in evidence.items() if name != "networks"}
    return "; ".join(f"{name.replace('_', ' ')}: {value}" for name, value in figures.items())


@transaction.atomic
def decide_suspicion(
    *, suspicion: SuspiciousActivity, status: str, note: str = "", actor: Principal
) -> SuspiciousActivity:
    """Resolve or dismiss an open finding. Staff alone."""
    if not actor.is_admin:
        raise ForbiddenError("forbidden", "Staff judge suspicious activity.")
    row = SuspiciousActivity.objects.select_for_update().get(pk=suspicion.pk)
    if row.status != Status.OPEN or status == Status.OPEN:
        raise TransitionError(noun="The finding", current=row.status, target=status)
    row.status, row.note, row.decided_at, row.decided_by_id = status, note, timezone.now(), actor.user_id
    row.save(update_fields=["status", "note", "decided_at", "decided_by", "updated_at"])
    return row


@transaction.atomic
def revoke_suspicious_key(*, suspicion: SuspiciousActivity, reason: str, actor: Principal) -> SuspiciousActivity:
    """Revoke the key a finding is about, and resolve the finding."""
    row = decide_suspicion(suspicion=suspicion, status=Status.RESOLVED, note=f"Key revoked: {reason}", actor=actor)
    if row.api_key is not None:
        revoke_api_key(api_key=row.api_key, reason=reason[:200], actor=actor)
    return row
