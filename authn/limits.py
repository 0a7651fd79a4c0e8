"""Token buckets: exact on Valkey, per process while Valkey is away.

A bucket holds as many tokens as the hourly limit and refills at a 3600th of it per second. What is stored is how many
tokens are *used*, so a changed limit keeps what was already spent.
"""

from __future__ import annotations

import math
import time
from functools import lru_cache
from threading import Lock
from typing import Any, NamedTuple

from authn import valkey
from authn.metering import FIELD

WINDOW_SECONDS = 3600
MAX_LOCAL_BUCKETS = 10_000
ANY_EPOCH = "*"  # of a caller who knows none yet

# KEYS: the owner's epoch, then the buckets. ARGV: the epoch the caller knows (ANY_EPOCH: none yet), then each capacity.
# Answers {epoch, verdict, limit, remaining, ms until full, ms until a token}: 1 taken, 0 refused, -1 other epoch.
# All buckets or none: the figures are those of the tightest. Server time, so no host's clock matters.
TAKE_SOURCE = """
local last = #KEYS - RECORDS
local epoch = redis.call('GET', KEYS[1]) or ''
if ARGV[1] ~= '*' and ARGV[1] ~= epoch then return {epoch, -1, 0, 0, 0, 0} end
local time = redis.call('TIME')
local now = time[1] + time[2] / 1000000
local states, verdict, tightest, least = {}, 1, 2, math.huge
for i = 2, last do
  local capacity = tonumber(ARGV[i])
  local used, at = 0, now
  local stored = redis.call('GET', KEYS[i])
  if stored then
    used, at = struct.unpack('dd', stored)
    used = math.max(0, used - math.max(0, now - at) * capacity / 3600)
    at = math.max(at, now)
  end
  local left = capacity - used - COST
  if left < 0 then verdict = 1 - COST end
  if left < least then least, tightest = left, i end
  states[i] = {used, at}
end
for i = 2, last do
  if verdict == 1 then states[i][1] = states[i][1] + COST end
  redis.call('SET', KEYS[i], struct.pack('dd', states[i][1], states[i][2]), 'EX', 3601)
end
if RECORDS == 1 and verdict == 1 then redis.call('XADD', KEYS[#KEYS], '*', 'FIELD', ARGV[#ARGV]) end
local capacity = tonumber(ARGV[tightest])
local used = states[tightest][1]
local per_token = 3600000 / capacity
return {epoch, verdict, capacity, math.max(0, math.floor(capacity - used)), math.ceil(used * per_token),
        math.max(0, math.ceil((used + 1 - capacity) * per_token))}
"""
TAKE = valkey.Script(TAKE_SOURCE.replace("RECORDS", "0").replace("COST", "1"))
# The same, but takes nothing and refuses nothing: figures for a caller who is refused for another reason.
LOOK = valkey.Script(TAKE_SOURCE.replace("RECORDS", "0").replace("COST", "0"))
# The same; a call that passes is put into the usage stream at once. The stream is the last key, the line the last ARGV.
TAKE_AND_RECORD = valkey.Script(TAKE_SOURCE.replace("RECORDS", "1").replace("COST", "1").replace("FIELD", FIELD))


class Take(NamedTuple):
    """What a bucket said: figures for the headers, and whether the call may go on."""

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: float
    retry_seconds: float

    def headers(self) -> dict[str, str]:
        """The spec's X-RateLimit fields and the IETF pair (draft-ietf-httpapi-ratelimit-headers)."""
        headers = {
            "X-RateLimit-Limit": str(self.limit),
            "X-RateLimit-Remaining": str(self.remaining),
            "X-RateLimit-Reset": rfc3339(math.ceil(time.time() + self.reset_seconds)),
            "RateLimit": f'"hour";r={self.remaining};t={math.ceil(self.reset_seconds)}',
            "RateLimit-Policy": f'"hour";q={self.limit};w={WINDOW_SECONDS}',
        }
        if not self.allowed:
            headers["Retry-After"] = str(max(1, math.ceil(self.retry_seconds)))
        return headers


@lru_cache(maxsize=4096)
def rfc3339(second: int) -> str:
    """A moment as the API writes it."""
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(second))


def take_shared(call: bytes) -> tuple[str, Take | None]:
    """(current epoch, figures) from Valkey in one round trip; no figures, and no token taken, when the epoch differs.

    `call` is made by `TAKE.call`. Raises ValkeyAway.
    """
    return understood(valkey.run(TAKE, call))


def understood(answer: Any) -> tuple[str, Take | None]:
    """(current epoch, figures) from what either script answered."""
    current, verdict, limit, remaining, reset_ms, retry_ms = answer
    if verdict < 0:
        return current.decode(), None
    return current.decode(), Take(verdict == 1, limit, remaining, reset_ms / 1000, retry_ms / 1000)


def still_used(used: float, *, seconds: float, capacity: int) -> float:
    """Tokens missing from a bucket `seconds` after `used` were: it refills all the time."""
    return max(0.0, used - max(0.0, seconds) * capacity / WINDOW_SECONDS)


class LocalBuckets:
    """Buckets of this process alone, for the time Valkey is away."""

    def __init__(self) -> None:
        self.lock = Lock()
        self.states: dict[str, tuple[float, float]] = {}

    def take(self, keys: list[str], capacities: list[int], *, cost: int = 1) -> Take:
        """Take one token (`cost` 0: none) from every bucket, or from none; the figures of the tightest."""
        now = time.monotonic()
        with self.lock:
            if len(self.states) > MAX_LOCAL_BUCKETS:
                self.states.clear()
            used = [self.used(key, capacity, now) for key, capacity in zip(keys, capacities, strict=True)]
            allowed = cost == 0 or all(
                spent + cost <= capacity for spent, capacity in zip(used, capacities, strict=True)
            )
            spent_now = [spent + cost * allowed for spent in used]
            self.states.update({key: (spent, now) for key, spent in zip(keys, spent_now, strict=True)})
        spent, capacity = min(zip(spent_now, capacities, strict=True), key=lambda pair: pair[1] - pair[0])
        per_token = WINDOW_SECONDS / capacity
        return Take(
            allowed,
            capacity,
            max(0, math.floor(capacity - spent)),
            spent * per_token,
            max(0.0, (spent + 1 - capacity) * per_token),
        )

    def used(self, key: str, capacity: int, now: float) -> float:
        """Tokens still missing from a bucket."""
        spent, at = self.states.get(key, (0.0, now))
        return still_used(spent, seconds=now - at, capacity=capacity)


local_buckets = LocalBuckets()
