"""One answered call on its way to the meter: the form it has in the usage stream, and how it gets there.

The caller's answer leaves only after the call is in the stream (or, without Valkey, in PostgreSQL). The call's own id
makes counting it exactly once possible, whatever was tried twice on the way.
"""

from __future__ import annotations

import math
import uuid
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from common.ids import uuid7_time

STREAM = "treaty:calls"
FIELD = "c"
NO_HEADERS = "{}"
MAX_ROUTE = 200  # what the request log holds of a route
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})

# Upper bounds of the latency buckets: from 0.5 ms, four per doubling, to 65 s; one more bucket holds what is slower.
# Percentiles read from them are off by a fifth at most, and adding histograms up never averages an average.
BUCKETS_PER_DOUBLING = 4
FIRST_BUCKET_MS = 0.5
LATENCY_BUCKETS_MS = tuple(FIRST_BUCKET_MS * 2 ** (step / BUCKETS_PER_DOUBLING) for step in range(69))


@dataclass(frozen=True, slots=True)
class Call:
    """An answered call. `id` is a UUIDv7: it holds the time of the answer."""

    id: uuid.UUID
    partner_id: uuid.UUID | None
    application_id: uuid.UUID | None
    credential_id: uuid.UUID | None
    request_id: str
    method: str
    route: str
    status: int
    duration_ms: float
    request_bytes: int
    response_bytes: int
    environment: str
    address: str = ""
    headers: str = NO_HEADERS  # a JSON object

    @property
    def at(self) -> datetime:
        """When it was answered, to the millisecond."""
        return uuid7_time(self.id)

    def encode(self) -> str:
        """One line for the stream."""
        return encode(
            self.id.hex,
            encode_caller(self.partner_id, self.application_id, self.credential_id),
            self.request_id,
            self.method,
            self.route,
            self.status,
            self.duration_ms,
            self.request_bytes,
            self.response_bytes,
            self.environment,
            self.address,
            self.headers,
        )


def encode_caller(
    partner_id: uuid.UUID | None, application_id: uuid.UUID | None, credential_id: uuid.UUID | None
) -> str:
    """The part of a line that is the same for every call of a credential."""
    return "\t".join("" if value is None else value.hex for value in (partner_id, application_id, credential_id))


def encode(
    call_id: str,
    caller: str,
    request_id: str,
    method: str,
    route: str,
    status: int,
    duration_ms: float,
    request_bytes: int,
    response_bytes: int,
    environment: str,
    address: str,
    headers: str,
) -> str:
    """One line for the stream, without a Call on the way: this runs once per request."""
    return (
        f"{call_id}\t{caller}\t{request_id}\t{method}\t{route}\t{status}\t{duration_ms:.3f}\t{request_bytes}\t"
        f"{response_bytes}\t{environment}\t{address}\t{headers}"
    )


def decode(line: str) -> Call:
    """A call as it was encoded; raises ValueError for anything else."""
    call_id, partner, application, credential, *text, environment, address, headers = line.split("\t")
    request_id, method, route, status, duration, received, sent = text
    return Call(
        uuid.UUID(call_id),
        uuid.UUID(partner) if partner else None,
        uuid.UUID(application) if application else None,
        uuid.UUID(credential) if credential else None,
        request_id,
        method,
        route,
        int(status),
        float(duration),
        int(received),
        int(sent),
        environment,
        address,
        headers,
    )


def bucket_of(milliseconds: float) -> int:
    """Index of the latency bucket that counts a call of this duration."""
    if milliseconds <= FIRST_BUCKET_MS:
        return 0
    steps = math.ceil(BUCKETS_PER_DOUBLING * math.log2(milliseconds / FIRST_BUCKET_MS) - 1e-9)
    return min(steps, len(LATENCY_BUCKETS_MS))


def percentile(histogram: list[int], share: float) -> float | None:
    """The duration in ms that `share` (0-1) of the counted calls stayed within; None when there are none."""
    total = sum(histogram)
    if not total:
        return None
    wanted = share * total
    seen = 0
    for (low, high), count in zip(pairwise((0.0, *LATENCY_BUCKETS_MS)), histogram, strict=False):
        if count and seen + count >= wanted:
            return low + (high - low) * max(0.0, wanted - seen) / count
        seen += count
    return LATENCY_BUCKETS_MS[-1]
