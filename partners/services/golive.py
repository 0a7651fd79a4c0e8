"""From sandbox to live, and back when something that live depends on has run out."""

from __future__ import annotations

from django.db import transaction

from common.principal import SYSTEM
from partners.models import Partner
from partners.readiness import outstanding
from partners.services.partners import activate_partner, lock_partner, resume_partner, suspend_partner


@transaction.atomic
def go_live_if_ready(partner: Partner) -> Partner:
    """Activate a pending partner that has shown and signed everything; lift a suspension whose cause is gone."""
    row = lock_partner(partner)
    waits = row.status == Partner.Status.PENDING
    lapsed = row.status == Partner.Status.SUSPENDED and row.suspension_cause != ""
    if not (waits or lapsed) or outstanding(row):
        return row
    return activate_partner(partner=row, actor=SYSTEM) if waits else resume_partner(partner=row, actor=SYSTEM)


@transaction.atomic
def suspend_for(partner: Partner, *, cause: str, reason: str) -> Partner:
    """Stop a live partner for want of something it can put right itself."""
    row = lock_partner(partner)
    if row.status != Partner.Status.ACTIVE:
        return row
    row = suspend_partner(partner=row, reason=reason, actor=SYSTEM)
    row.suspension_cause = cause
    row.save(update_fields=["suspension_cause", "updated_at"])
    return row
