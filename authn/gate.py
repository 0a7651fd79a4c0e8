"""The gate every key and token passes: who is it, does it still hold, is there a token left in its bucket.

A warm credential costs one round trip to Valkey and no SQL. A snapshot is used again only while the owner's revocation
epoch is the one that was read *before* the snapshot was: whoever revokes commits first and changes the epoch second, so
an accepted request began before the revocation was answered. Should the new epoch not reach Valkey, a snapshot still
lives five seconds at most; without Valkey nothing is reused at all.

A safe request with a warm credential whose bucket was far from empty is worked out first and let through afterwards:
then epoch, bucket and usage stream are one round trip. Who turns out not to be let through never sees the answer.
"""

from __future__ import annotations

import hashlib
import math
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass

import structlog

from authn import valkey
from authn.credentials import Credential, locate
from authn.limits import ANY_EPOCH, LOOK, TAKE, TAKE_AND_RECORD, Take, local_buckets, take_shared, understood
from authn.snapshots import Snapshot, drop_snapshots, epoch_key, keys_of, remember, snapshots, usable_snapshot
from common.ids import uuid7

EPOCH_SECONDS = 3600
ATTEMPTS = 3
# Below a tenth of its bucket a caller is asked to wait outside: what is worked out for nothing stays little.
AMPLE_SHARE = 10
LIMIT_REACHED = "The hourly limit of this credential, or of all credentials of its partner together, is used up."
QUOTA_REACHED = "The monthly quota of this partner is used up."

# Where the caller is, worked out only for a key that asks.
Address = Callable[[], str | None]

logger = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Admission:
    """A request that may go on, or must wait (`take.allowed` is false)."""

    credential: Credential
    take: Take


class Refusal(Exception):  # noqa: N818 (an answer to the caller, not a bug)
    """A request that may not go on."""

    def __init__(
        self,
        status: int,
        code: str,
        detail: str,
        credential: Credential | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.code = code
        self.detail = detail
        self.credential = credential
        self.headers = headers or {}


def admit(raw: str, *, address: Address) -> Admission:
    """Let the bearer of `raw`, calling from `address`, pass; raises Refusal."""
    digest = digest_of(raw)
    snapshot = snapshots.get(digest)
    if snapshot is not None and (snapshot.credential.has_expired() or not snapshot.credential.admits(address)):
        snapshot = None  # what refuses may be out of date: look again before saying no
    try:
        return within_quota(admit_shared(raw, digest, snapshot, address))
    except valkey.ValkeyAway:
        fresh = read(raw, digest, address, epoch=None)
        return within_quota(Admission(fresh.credential, local_buckets.take(fresh.keys[1:], fresh.capacities)))


def within_quota(admission: Admission) -> Admission:
    """The same; raises Refusal while the quota of the partner is used up."""
    credential = admission.credential
    if admission.take.allowed and credential.is_stopped():
        wait = {"Retry-After": str(max(1, math.ceil(credential.stopped_until - time.time())))}
        raise Refusal(429, "quota_exceeded", QUOTA_REACHED, credential, headers={**admission.take.headers(), **wait})
    return admission


def digest_of(raw: str) -> bytes:
    """What snapshots are found by."""
    return hashlib.sha256(raw.encode()).digest()


def expect(raw: str, *, address: Address) -> Snapshot | None:
    """The snapshot on which a safe request may be worked out before `confirm` lets it through, if there is one."""
    snapshot = usable_snapshot(digest_of(raw))
    if snapshot is None or snapshot.remaining * AMPLE_SHARE < snapshot.capacities[0]:
        return None
    credential = snapshot.credential
    if credential.is_stopped():
        return None
    return snapshot if not credential.has_expired() and credential.admits(address) else None


def confirm(snapshot: Snapshot, line: str) -> Take | None:
    """Let a request that was worked out through, and put it into the usage stream as `line`.

    None when it must pass `admit` like any other; `line` may be in the stream nevertheless, if Valkey went away.
    """
    try:
        answer = valkey.run(TAKE_AND_RECORD, valkey.with_last(snapshot.recording_call, line.encode()))
    except valkey.ValkeyAway:
        return None
    _, take = understood(answer)
    if take is None:
        return None
    snapshot.remaining = take.remaining
    snapshot.in_use = True
    return take if take.allowed else None


def admit_shared(raw: str, digest: bytes, snapshot: Snapshot | None, address: Address) -> Admission:
    """Pass through the buckets on Valkey; raises ValkeyAway and Refusal."""
    if snapshot is None:
        # First sight: the epoch is not known before the owner is, so this reading serves this request alone.
        return take_anyway(read(raw, digest, address, epoch=None))
    for _ in range(ATTEMPTS):
        current, take = take_shared(snapshot.call)
        if take is None or not snapshot.is_fresh:
            snapshot = read(raw, digest, address, epoch=current)
        if take is not None:
            snapshot.remaining = take.remaining
            return Admission(snapshot.credential, take)
    # Its owner is being changed faster than it can be read: the last reading is as current as any.
    return take_anyway(snapshot)


def take_anyway(snapshot: Snapshot) -> Admission:
    """Take from the buckets whatever the epoch; raises ValkeyAway."""
    _, take = take_shared(TAKE.call(snapshot.keys, ANY_EPOCH, *snapshot.capacities))
    if take is None:
        raise valkey.ValkeyAway("Valkey does not run the script as it should.")
    return Admission(snapshot.credential, take)


def read(raw: str, digest: bytes, address: Address, *, epoch: str | None) -> Snapshot:
    """The credential as it is in PostgreSQL now, kept under `epoch`; raises Refusal."""
    read_at = time.monotonic()
    location = locate(raw)
    credential = None if location is None else location.read()
    if location is None or credential is None:
        snapshots.pop(digest, None)
        raise Refusal(401, "invalid_credential", "The credential is not valid, or no longer is.")
    if not credential.admits(address):
        detail = f"This key may not be used from {address()}."
        raise Refusal(403, "network_not_allowed", detail, credential, headers=standing(credential))
    return remember(digest, credential, location, epoch=epoch, read_at=read_at)


def standing(credential: Credential) -> dict[str, str]:
    """The rate headers of a credential that is refused without a token being taken."""
    keys, capacities = keys_of(credential)
    try:
        _, take = understood(valkey.run(LOOK, LOOK.call(keys, ANY_EPOCH, *capacities)))
    except valkey.ValkeyAway:
        take = local_buckets.take(keys[1:], capacities, cost=0)
    return {} if take is None else take.headers()


def forget(owner_id: uuid.UUID) -> None:
    """Have every process read the credentials of this owner again before it accepts another request.

    Never raises: the change is committed. Valkey away is logged; then no process reuses a snapshot anyway, and one
    that still reaches Valkey does so for five seconds at most.
    """
    drop_snapshots(owner_id)
    try:
        valkey.command("SET", epoch_key(owner_id), uuid7().hex, "EX", EPOCH_SECONDS, patient=True)
    except valkey.ValkeyAway as error:
        logger.warning("revocation_not_broadcast", owner=str(owner_id), error=str(error))
