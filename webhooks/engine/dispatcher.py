"""Between the store and the sender: what to claim, and what to do with what came back."""

from __future__ import annotations

import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Mapping, Sequence

import structlog

from webhooks.engine.limits import MAX_IN_FLIGHT, Limits
from webhooks.engine.messages import Claim, Endpoint, Outcome
from webhooks.engine.ordering import Ordering
from webhooks.engine.store import Store

logger = structlog.get_logger(__name__)

BATCH = 512
SWEEP_SECONDS = 5.0
# An attempt whose sender died is made again, though it was the last: nobody knows whether it arrived. A delivery that
# is the death of its senders comes to an end nevertheless.
INTERRUPTIONS = 3


def at_limit(claims: Sequence[Claim], *, rooms: Mapping[uuid.UUID, int], default_room: int) -> bool:
    """Whether an endpoint's limit ended a claim, so that due work may be left. What others had locked is theirs."""
    counts = Counter(claim.endpoint_id for claim in claims)
    # A known endpoint without room was not looked at.
    if any(counts[endpoint] >= room for endpoint, room in rooms.items()):
        return True
    new = {claim.endpoint_id: claim.endpoint for claim in claims if claim.endpoint_id not in rooms}
    return any(counts[key] >= first_room(endpoint, default_room) for key, endpoint in new.items())


def first_room(endpoint: Endpoint, default_room: int) -> int:
    """What a claim takes for an endpoint that is new to this process: as the statement of store.CLAIM has it."""
    limits = (default_room, endpoint.max_in_flight, endpoint.max_per_second)
    return min(limit for limit in limits if limit is not None)


class Dispatcher:
    """Owns the leases of one delivery process. One thread may claim while another finishes."""

    def __init__(self, *, lease: float, on_gone: Callable[[uuid.UUID], None]) -> None:
        self.store = Store()
        self.limits = Limits()
        self.ordering = Ordering()
        self.lease = lease
        self.on_gone = on_gone
        self.in_flight = 0
        self.more = False  # whether the last claim may have left due work behind
        self.busy = False  # whether there was more than it could take at once
        self.paced = False  # whether some endpoint's requests are counted by the second, and it has none left
        self.swept_at = 0.0
        self.lock = threading.Lock()  # of the counts; never held across a statement

    def claim(self) -> list[Claim]:
        """Lease what can start right now, and return what is to be sent."""
        now = time.monotonic()
        if now - self.swept_at > SWEEP_SECONDS:
            self.swept_at = now
            with self.lock:
                self.limits.forget_idle(now)
            self.store.resume_held()
        self.ordering.release_due()
        with self.lock:
            total = min(BATCH, MAX_IN_FLIGHT - self.in_flight)
            rooms, unproven = self.limits.rooms(now), self.limits.unproven
        if total <= 0:
            return []
        claims = self.store.claim(rooms=rooms, total=total, lease=self.lease, default_room=unproven)
        self.busy = len(claims) >= total
        self.more = self.busy or at_limit(claims, rooms=rooms, default_room=unproven)
        sendable = self.set_aside(claims)
        with self.lock:
            for endpoint in {claim.endpoint_id: claim.endpoint for claim in sendable}.values():
                self.limits.configure(
                    endpoint.id, max_in_flight=endpoint.max_in_flight, max_per_second=endpoint.max_per_second
                )
            for claim in sendable:
                self.limits.started(claim.endpoint_id, now)
            self.in_flight += len(sendable)
            self.paced = self.limits.wait_for_tokens
        return sendable

    def set_aside(self, claims: Sequence[Claim]) -> list[Claim]:
        """Give up what cannot be sent any more, hold what may not be sent now; return the rest."""
        hopeless = [c for c in claims if c.attempt_number > c.attempt_limit + INTERRUPTIONS or not c.content]
        held = [c for c in claims if not c.endpoint.usable and c not in hopeless]
        if hopeless:
            self.store.give_up(hopeless)
        if held:
            self.store.give_back(held, hold=True)
        if not hopeless and not held:
            return list(claims)
        aside = {claim.delivery_id for claim in (*hopeless, *held)}
        return [claim for claim in claims if claim.delivery_id not in aside]

    def finish(self, outcomes: Sequence[Outcome], *, again: bool = False) -> bool:
        """Record attempts; return whether that made others due.

        After a lost connection it may be called `again` with the same outcomes, and more.
        """
        held = self.store.finish(outcomes, again=again)
        stale = len(outcomes) - len(held)
        if stale:
            logger.warning("stale_attempts", count=stale)
            self.track_health([outcome for outcome in outcomes if outcome.claim.delivery_id in held])
        else:
            self.track_health(outcomes)
        settled = [o.claim.delivery_id for o in outcomes if o.claim.endpoint.ordered and o.status != "pending"]
        released = bool(settled) and self.ordering.settled(settled)
        now = time.monotonic()
        with self.lock:
            self.in_flight -= len(outcomes)
            for outcome in outcomes:
                if outcome.succeeded:
                    self.limits.succeeded(outcome.claim.endpoint_id, now)
                else:
                    self.limits.failed(outcome.claim.endpoint_id, now, pause=outcome.throttled)
        return released

    def track_health(self, outcomes: Sequence[Outcome]) -> None:
        """Start and stop the failing clocks, and switch off endpoints that said they are gone."""
        recovered = {o.claim.endpoint_id for o in outcomes if o.succeeded and o.claim.endpoint.failing}
        failing = {o.claim.endpoint_id for o in outcomes if not o.succeeded and not o.claim.endpoint.failing}
        if recovered:
            self.store.mark_recovered(list(recovered))
        if failing:
            self.store.mark_failing(list(failing))
        for endpoint in {o.claim.endpoint_id for o in outcomes if o.gone}:
            self.on_gone(endpoint)

    def give_back(self, claims: Sequence[Claim]) -> None:
        """Return leases unused, at shutdown."""
        self.store.give_back(claims, hold=False)
        self.in_flight -= len(claims)
        for claim in claims:
            self.limits.released(claim.endpoint_id)
