"""What a tier allows. The figures are one table, settings.TIERS; every app asks here."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, get_args

from django.conf import settings
from django.db import connection
from django.db.models import QuerySet

from common.errors import LimitError
from common.scopes import SCOPES
from partners.models import Partner

Quota = Literal["applications", "api_keys", "webhooks", "members", "monthly_calls"]
QUOTAS: tuple[Quota, ...] = get_args(Quota)
LABELS: dict[Quota, str] = {
    "applications": "applications",
    "api_keys": "API keys",
    "webhooks": "webhook endpoints",
    "members": "members",
    "monthly_calls": "live calls this month",
}


@dataclass(frozen=True)
class Limits:
    """One row of the table."""

    rate_limit: int  # requests per hour and key
    partner_rate_limit: int  # requests per hour of all credentials together
    applications: int
    api_keys: int
    webhooks: int
    members: int
    monthly_calls: int
    overage: bool  # calls beyond the month's are let through and billed, instead of refused
    scopes: frozenset[str]


@dataclass(frozen=True)
class Usage:
    """How much of a quota is taken."""

    quota: Quota
    label: str
    used: int
    limit: int

    @property
    def percent(self) -> int:
        """Share that is taken, at most 100."""
        return min(100, round(100 * self.used / self.limit)) if self.limit else 100


# How to count what a partner has. Each app registers its own in AppConfig.ready.
counters: dict[Quota, Callable[[uuid.UUID], int]] = {}


def register_usage(quota: Quota, counter: Callable[[uuid.UUID], int]) -> None:
    """Count the use of `quota` with `counter(partner_id)` on the page that shows it."""
    counters[quota] = counter


def limits_of(tier: str) -> Limits:
    """The row of `tier`."""
    row: dict[str, Any] = {**settings.TIERS[tier]}
    withheld = {"admin", *row.pop("scopes_withheld")}
    return Limits(**row, scopes=frozenset(SCOPES) - withheld)


def refused_scopes(tier: str, scopes: list[str]) -> list[str]:
    """Those of `scopes` that partners of `tier` cannot have, in order."""
    allowed = limits_of(tier).scopes
    return [scope for scope in scopes if scope not in allowed]


def check_quota(partner: Partner, quota: Quota, current: int | QuerySet[Any]) -> None:
    """Raise LimitError when one more of `quota` would exceed the partner's tier.

    Given a QuerySet inside a transaction, the partner's row is locked before it is counted, so two callers at once
    cannot both take the last place.
    """
    if not isinstance(current, int):
        if connection.in_atomic_block:
            Partner.objects.select_for_update().only("id").get(pk=partner.pk)
        current = current.count()
    limit = getattr(limits_of(partner.tier), quota)
    if current >= limit:
        raise LimitError(
            f"{quota}_limit",
            f"The {partner.get_tier_display()} tier allows {limit} {LABELS[quota]}; {current} exist. "
            "Ask us for a higher tier.",
        )


def usage_of(partner: Partner) -> list[Usage]:
    """Every quota whose use is counted, with what is taken."""
    limits = limits_of(partner.tier)
    return [
        Usage(quota, LABELS[quota], counters[quota](partner.id), getattr(limits, quota))
        for quota in QUOTAS
        if quota in counters
    ]
