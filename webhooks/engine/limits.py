"""How much may be sent to each endpoint right now.

An endpoint starts with a few requests at once, earns more with each success and loses half with each failure, so one
that hangs ties up next to nothing. Those that do not answer well share a part of the process: the more of it they
hold, the fewer requests each may have open, so however many hang there is room for those that answer. After a row of
failures its circuit opens: nothing is claimed for it until a probe is due, so backpressure never uses up attempts. A
receiver that asks for time with `Retry-After` is left alone for as long.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass

MAX_IN_FLIGHT = 1024
FIRST_WINDOW = 8
LARGEST_WINDOW = 64
FAILURES_TO_OPEN = 10
SILENT_SECONDS = 1.0  # after which an endpoint with open requests counts as one that hangs
GREEDY = 4  # no endpoint takes more than a fourth of what is free
# Requests open to endpoints that do not answer well, and how many each of them may have from there on.
CROWDED = ((640, 0), (384, 1), (256, 2), (128, 4))
FIRST_PAUSE = 5.0
LONGEST_PAUSE = 60.0
LONGEST_WISH = 3600.0  # so that an endpoint that was mended early is not left alone for a day
IDLE_SECONDS = 300.0
BURST_SECONDS = 0.1


@dataclass(slots=True)
class EndpointState:
    """One endpoint as this process sees it."""

    in_flight: int = 0
    window: int = FIRST_WINDOW
    largest: int = LARGEST_WINDOW
    failures: int = 0
    proven: bool = False  # its last answer was a success
    pause: float = FIRST_PAUSE
    open_until: float = 0.0
    per_second: int | None = None
    tokens: float = 0.0  # at most a tenth of a second's worth, so that what was not used does not come all at once
    refilled_at: float = 0.0
    used_at: float = 0.0
    silent_since: float = 0.0  # its last answer, or when the first request since was started

    def answers(self, now: float) -> bool:
        """Whether its last answer was a success, and none is overdue."""
        return self.proven and not (self.in_flight and now - self.silent_since > SILENT_SECONDS)

    @property
    def burst(self) -> float:
        """How many requests may start at once where they are counted by the second."""
        return max(1.0, (self.per_second or 0) * BURST_SECONDS)

    @property
    def waits_for_token(self) -> bool:
        """Whether it could have a request more were they not counted by the second."""
        return self.per_second is not None and self.tokens < 1

    def room(self, now: float, *, free: int, unproven: int) -> int:
        """How many more requests may start; an endpoint that does not answer well has at most `unproven` open."""
        if now < self.open_until:
            return 0
        # A circuit whose pause is over lets a single probe through.
        window = 1 if self.failures >= FAILURES_TO_OPEN else min(self.window, self.largest)
        if not self.answers(now):
            window = min(window, unproven)
        room = min(window, max(1, free // GREEDY)) - self.in_flight
        if self.per_second is not None:
            self.tokens = min(self.burst, self.tokens + (now - self.refilled_at) * self.per_second)
            self.refilled_at = now
            room = min(room, int(self.tokens))
        return max(0, room)


class Limits:
    """The state of every endpoint in use."""

    def __init__(self) -> None:
        self.states: dict[uuid.UUID, EndpointState] = {}
        self.unproven = FIRST_WINDOW  # what an endpoint that does not answer well may have open

    def rooms(self, now: float) -> dict[uuid.UUID, int]:
        """The room of every endpoint in use; any other has `unproven`."""
        total = held = 0
        for state in self.states.values():
            total += state.in_flight
            held += 0 if state.answers(now) else state.in_flight
        self.unproven = next((window for crowd, window in CROWDED if held >= crowd), FIRST_WINDOW)
        free = MAX_IN_FLIGHT - total
        return {endpoint: state.room(now, free=free, unproven=self.unproven) for endpoint, state in self.states.items()}

    @property
    def wait_for_tokens(self) -> bool:
        """Whether time alone will make room somewhere, a moment from now."""
        return any(state.waits_for_token for state in self.states.values())

    def state_of(self, endpoint: uuid.UUID) -> EndpointState:
        """The state of an endpoint, a new one at first sight."""
        state = self.states.get(endpoint)
        if state is None:
            state = self.states[endpoint] = EndpointState()
        return state

    def configure(self, endpoint: uuid.UUID, *, max_in_flight: int | None, max_per_second: int | None) -> None:
        """Take over the endpoint's own settings."""
        state = self.state_of(endpoint)
        state.largest = max_in_flight or LARGEST_WINDOW
        if state.per_second != max_per_second:
            state.per_second, state.refilled_at = max_per_second, time.monotonic()
            state.tokens = state.burst

    def started(self, endpoint: uuid.UUID, now: float) -> None:
        """A request to `endpoint` was claimed."""
        state = self.state_of(endpoint)
        if not state.in_flight:
            state.silent_since = now
        state.in_flight += 1
        state.tokens -= 1
        state.used_at = now

    def released(self, endpoint: uuid.UUID) -> None:
        """A claimed request was given back unsent."""
        state = self.states[endpoint]
        state.in_flight -= 1
        state.tokens += 1

    def succeeded(self, endpoint: uuid.UUID, now: float) -> None:
        """Open up."""
        state = self.states[endpoint]
        state.in_flight -= 1
        state.failures = 0
        state.proven = True
        state.silent_since = now
        state.pause = FIRST_PAUSE
        state.window = min(state.window + 1, state.largest)

    def failed(self, endpoint: uuid.UUID, now: float, *, pause: float | None = None) -> None:
        """Close down; `pause` is how long the receiver asked to be left alone."""
        state = self.states[endpoint]
        state.in_flight -= 1
        state.failures += 1
        state.proven = False
        state.silent_since = now
        state.window = max(1, state.window // 2)
        if pause is not None:
            state.open_until = max(state.open_until, now + min(pause, LONGEST_WISH))
        if state.failures >= FAILURES_TO_OPEN and now >= state.open_until:
            state.open_until = now + state.pause
            state.pause = min(state.pause * 2, LONGEST_PAUSE)

    def forget_idle(self, now: float) -> None:
        """Drop endpoints nothing was sent to for a while."""
        idle = [
            endpoint
            for endpoint, state in self.states.items()
            if state.in_flight == 0 and now - max(state.used_at, state.open_until) > IDLE_SECONDS
        ]
        for endpoint in idle:
            del self.states[endpoint]
