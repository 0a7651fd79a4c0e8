"""Monthly quotas: counted by the meter, exactly, with a warning at four fifths and a stop, or overage, at the end."""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Mapping
from datetime import date

from django.db import connection, transaction
from django.db.models import Sum
from django.utils import timezone

from authn.models.monthly_calls import MonthlyCalls
from authn.quotas import WARN_SHARE, month_of, next_month, start_of
from billing.models import PartnerUsage
from billing.tally import Slot, Tally
from common.base import Environment
from common.ids import uuid7
from common.mail import absolute_url
from common.principal import Role
from common.revocation import invalidate
from partners.models import Partner
from partners.services.mail import mail_members
from partners.tiers import limits_of

# Rows in a fixed order, so that two meters cannot wait for each other in a ring; the one that comes second reads what
# the first one left.
ADD = """
INSERT INTO authn_monthlycalls AS row (id, partner_id, month, calls)
SELECT * FROM unnest(%s::uuid[], %s::uuid[], %s::date[], %s::bigint[])
ON CONFLICT (partner_id, month) DO UPDATE SET calls = row.calls + excluded.calls
RETURNING partner_id, month, calls, warned_at IS NOT NULL, reached_at IS NOT NULL
"""


def count_towards_quotas(tallies: Mapping[Slot, Tally]) -> None:
    """Add the live calls of a batch to their months, in its transaction, and act where a threshold is crossed."""
    sums: Counter[tuple[uuid.UUID, date]] = Counter()
    for (partner_id, _application, environment, hour), tally in tallies.items():
        if environment == Environment.LIVE and tally.calls:
            sums[partner_id, month_of(hour)] += tally.calls
    if not sums:
        return
    rows = sorted((partner_id, month, calls) for (partner_id, month), calls in sums.items())
    with connection.cursor() as cursor:
        cursor.execute(
            ADD, [[uuid7() for _ in rows], [row[0] for row in rows], [row[1] for row in rows], [row[2] for row in rows]]
        )
        counted = cursor.fetchall()
    current = month_of(timezone.now())
    partners = Partner.objects.in_bulk({row[0] for row in counted})
    for partner_id, month, calls, warned, reached in counted:
        partner = partners.get(partner_id)
        if partner is not None and month == current and not (warned and reached):
            act_on(partner, month, calls, warned=warned, reached=reached)


def act_on(partner: Partner, month: date, calls: int, *, warned: bool, reached: bool) -> None:
    """Warn once and stop once; the row is locked by the addition."""
    limits = limits_of(partner.tier)
    row = MonthlyCalls.objects.filter(partner_id=partner.id, month=month)
    used_up = calls >= limits.monthly_calls
    if used_up and not reached:
        row.update(reached_at=timezone.now(), warned_at=timezone.now())
        tell(partner, "quota_reached", month, calls)
        if not limits.overage:
            invalidate(partner_id=partner.id)
    elif not used_up and not warned and calls >= WARN_SHARE * limits.monthly_calls:
        row.update(warned_at=timezone.now())
        tell(partner, "quota_warning", month, calls)


def tell(partner: Partner, kind: str, month: date, calls: int) -> None:
    """Queue the e-mail to the owners."""
    limits = limits_of(partner.tier)
    mail_members(
        partner=partner,
        roles=[Role.OWNER],
        kind=kind,
        used=f"{calls:,}",
        limit=f"{limits.monthly_calls:,}",
        percent=100 * calls // limits.monthly_calls,
        tier=partner.get_tier_display(),
        overage=limits.overage,
        resets=f"{next_month(month):%-d %B %Y}",
        action_url=absolute_url("/usage"),
    )


@transaction.atomic
def recount_month(*, partner_id: uuid.UUID, month: date) -> int:
    """Set a month's count to what hourly usage adds up to: after usage was written without the meter."""
    hours = PartnerUsage.objects.filter(
        partner_id=partner_id,
        environment=Environment.LIVE,
        metric_name=PartnerUsage.Metric.API_CALLS,
        usage_date__gte=start_of(month),
        usage_date__lt=start_of(next_month(month)),
    )
    calls = int(hours.aggregate(total=Sum("metric_value"))["total"] or 0)
    MonthlyCalls.objects.update_or_create(partner_id=partner_id, month=month, defaults={"calls": calls})
    invalidate(partner_id=partner_id)
    return calls
