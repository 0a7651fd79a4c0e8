"""Where a key stands with its limits, looked at without spending anything."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from datetime import UTC, datetime

from authn import valkey
from authn.limits import WINDOW_SECONDS, still_used
from authn.models import ApiKey
from authn.snapshots import buckets_of
from partners.tiers import limits_of


@dataclass(frozen=True)
class RateLimit:
    """The tightest of a key's limits: how much of it is left, and when all of it is back."""

    limit: int
    remaining: int
    resets_at: datetime

    @property
    def is_used_up(self) -> bool:
        """Whether the next call is refused."""
        return self.remaining < 1


def check_rate_limit(*, api_key: ApiKey) -> RateLimit | None:
    """What the next call of `api_key` would meet, by Valkey's clock; None while Valkey is away."""
    buckets = buckets_of(
        owner_id=api_key.owner_id,
        bucket_id=api_key.bucket_id,
        rate_limit=api_key.effective_rate_limit,
        partner_rate_limit=limits_of(api_key.partner.tier).partner_rate_limit if api_key.partner else None,
    )
    try:
        seconds, microseconds = valkey.command("TIME")
        stored = valkey.command("MGET", *buckets)
    except valkey.ValkeyAway:
        return None
    now = int(seconds) + int(microseconds) / 1_000_000
    used, limit = min(
        ((used_of(state, limit, now), limit) for state, limit in zip(stored, buckets.values(), strict=True)),
        key=lambda bucket: bucket[1] - bucket[0],
    )
    full_at = datetime.fromtimestamp(now + used * WINDOW_SECONDS / limit, tz=UTC)
    return RateLimit(limit, max(0, math.floor(limit - used)), full_at)


def used_of(state: bytes | None, limit: int, now: float) -> float:
    """Tokens still missing from a bucket as Valkey keeps it."""
    if state is None:
        return 0.0
    used, at = struct.unpack("<dd", state)
    return still_used(used, seconds=now - at, capacity=limit)
