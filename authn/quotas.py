"""The monthly quota of a partner's tier: how much of it is used, and until when calls are refused."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, time

from django.utils import timezone

from authn.credentials import Credential
from authn.models.monthly_calls import MonthlyCalls
from common.base import Environment
from common.principal import Principal
from partners.tiers import limits_of

WARN_SHARE = 0.8


@dataclass(frozen=True)
class MonthlyQuota:
    """A partner's quota as it stands this month. With `overage`, calls beyond it are let through and billed."""

    used: int
    limit: int
    overage: bool
    resets_at: datetime
    forecast: int

    @property
    def percent(self) -> int:
        """How much is used, beyond 100 with overage."""
        return 100 * self.used // self.limit

    @property
    def is_low(self) -> bool:
        """Whether four fifths are used."""
        return self.used >= WARN_SHARE * self.limit

    @property
    def is_used_up(self) -> bool:
        """Whether all of it is."""
        return self.used >= self.limit


def month_of(moment: datetime) -> date:
    """The month a moment counts for, UTC."""
    return moment.astimezone(UTC).date().replace(day=1)


def start_of(month: date) -> datetime:
    """The first moment of a month."""
    return datetime.combine(month, time.min, tzinfo=UTC)


def next_month(month: date) -> date:
    """The month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def calls_of_month(partner_id: uuid.UUID, month: date | None = None) -> int:
    """The calls that count towards the quota of a month, by default the current one."""
    rows = MonthlyCalls.objects.filter(partner_id=partner_id, month=month or month_of(timezone.now()))
    return rows.values_list("calls", flat=True).first() or 0


def quota_of(partner_id: uuid.UUID, tier: str) -> MonthlyQuota:
    """Where a partner stands. The forecast goes on at the pace of the month so far."""
    now = timezone.now()
    month = month_of(now)
    ends = start_of(next_month(month))
    used, limits = calls_of_month(partner_id, month), limits_of(tier)
    elapsed = (now - start_of(month)) / (ends - start_of(month))
    forecast = round(used / elapsed) if elapsed > 0 else used
    return MonthlyQuota(used, limits.monthly_calls, limits.overage, resets_at=ends, forecast=forecast)


def is_held(principal: Principal) -> bool:
    """Whether the calls of a caller end with the quota of its partner."""
    live = principal.partner_id is not None and principal.environment == Environment.LIVE
    return live and not limits_of(principal.tier).overage


def stopped_where_used_up(found: dict[str, Credential]) -> dict[str, Credential]:
    """The same credentials, stopped until the month ends where the quota is used up; one query for all of them."""
    quotas = {
        principal.partner_id: limits_of(principal.tier).monthly_calls
        for principal in (credential.principal for credential in found.values())
        if principal.partner_id is not None and is_held(principal)
    }
    if not quotas:
        return found
    month = month_of(timezone.now())
    used = MonthlyCalls.objects.filter(partner_id__in=list(quotas), month=month).values_list("partner_id", "calls")
    stopped = {partner_id for partner_id, calls in used if calls >= quotas[partner_id]}
    until = start_of(next_month(month)).timestamp()
    return {
        form: replace(credential, stopped_until=until)
        if credential.principal.partner_id in stopped and is_held(credential.principal)
        else credential
        for form, credential in found.items()
    }
