"""A quota that runs out, on the home page."""

from __future__ import annotations

from django.urls import reverse

from authn.quotas import quota_of
from common.portal import Attention
from common.principal import Principal


def quota_running_out(principal: Principal) -> list[Attention]:
    """From four fifths of the month's calls on."""
    quota = quota_of(principal.tenant_id, principal.tier)
    if not quota.is_low:
        return []
    url = reverse("usage")
    if quota.is_used_up and not quota.overage:
        detail = f"Live calls are refused until {quota.resets_at:%-d %B}. Ask us for a higher tier."
        return [Attention("This month's calls are used up", detail, url, "danger")]
    detail = f"{quota.used:,} of {quota.limit:,}; about {quota.forecast:,} by the end of the month at this pace."
    return [Attention(f"{quota.percent} % of this month's calls are used", detail, url, "warning")]
