"""Adding calls up into hourly usage: pure functions."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from authn.metering import LATENCY_BUCKETS_MS, Call, bucket_of

# What a row of usage is unique by, without the metric.
Slot = tuple[uuid.UUID, uuid.UUID | None, str, datetime]


@dataclass(slots=True)
class Tally:
    """The calls of one partner, application and environment in one hour."""

    calls: int = 0
    errors: int = 0
    rate_limited: int = 0
    data_bytes: int = 0
    milliseconds: float = 0.0
    histogram: list[int] = field(default_factory=lambda: [0] * (len(LATENCY_BUCKETS_MS) + 1))

    def add(self, call: Call) -> None:
        """Count one call. One that the rate limit refused is neither a call nor an error."""
        if call.status == 429:
            self.rate_limited += 1
            return
        self.calls += 1
        self.errors += call.status >= 400
        self.data_bytes += call.request_bytes + call.response_bytes
        self.milliseconds += call.duration_ms
        self.histogram[bucket_of(call.duration_ms)] += 1


def tally_calls(calls: Iterable[Call]) -> dict[Slot, Tally]:
    """Usage by partner, application, environment and hour. Calls of core services belong to no partner."""
    tallies: dict[Slot, Tally] = {}
    for call in calls:
        if call.partner_id is None:
            continue
        hour = call.at.replace(minute=0, second=0, microsecond=0)
        slot = (call.partner_id, call.application_id, call.environment, hour)
        tally = tallies.get(slot)
        if tally is None:
            tally = tallies[slot] = Tally()
        tally.add(call)
    return tallies


@dataclass(slots=True)
class KeyUse:
    """How often a credential was used, and when last."""

    count: int
    last: datetime


# Application, method and route.
Routed = tuple[uuid.UUID, str, str]


def tally_routes(calls: Iterable[Call]) -> dict[Routed, datetime]:
    """When each route was last called with success, by application; what a route's scope let through."""
    last: dict[Routed, datetime] = {}
    for call in calls:
        if call.application_id is None or not call.route or call.status >= 400:
            continue
        routed = (call.application_id, call.method, call.route)
        if routed not in last or last[routed] < call.at:
            last[routed] = call.at
    return last


def tally_keys(calls: Iterable[Call]) -> dict[uuid.UUID, KeyUse]:
    """Use by credential."""
    uses: dict[uuid.UUID, KeyUse] = {}
    for call in calls:
        if call.credential_id is None:
            continue
        use = uses.get(call.credential_id)
        if use is None:
            uses[call.credential_id] = KeyUse(1, call.at)
        else:
            use.count += 1
            use.last = max(use.last, call.at)
    return uses
