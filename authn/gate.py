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
from django.conf import settings

from authn import valkey
from authn.credentials import Credential, resolve
from authn.limits import TAKE, TAKE_AND_RECORD, Take, local_buckets, take_shared, understood
from authn.metering import STREAM
from common.ids import uuid7

MAX_SNAPSHOTS = 20_000
EPOCH_SECONDS = 3600
ANY_EPOCH = "*"
NO_EPOCH = "?"  # no epoch is ever called so
ATTEMPTS = 3
# Below a tenth of its bucket a caller is asked to wait outside: what is worked out for nothing stays little.
AMPLE_SHARE = 10

# Where the caller is, worked out only for a key that asks.
Address = Callable[[], str | None]

logger = structlog.get_logger(__name__)


@dataclass(slots=True)
class Snapshot:
    """A credential as PostgreSQL had it, and the epoch known when it was read (None: not known yet)."""

    credential: Credential
    epoch: str | None
    read_at: float
    keys: list[str]
    capacities: list[int]
    call: bytes = b""  # takes from the bucket if the epoch still is what it was
    recording_call: bytes = b""  # the same, and lacks the line for the usage stream
    remaining: int = 0  # tokens left when last seen

    def __post_init__(self) -> None:
        epoch = NO_EPOCH if self.epoch is None else self.epoch
        self.call = TAKE.call(self.keys, epoch, *self.capacities)
        self.recording_call = TAKE_AND_RECORD.call_but_last([*self.keys, STREAM], epoch, *self.capacities)

    @property
    def is_fresh(self) -> bool:
        """Young enough to be used again."""
        age: float = time.monotonic() - self.read_at
        return age < settings.CREDENTIAL_SNAPSHOT_SECONDS


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


snapshots: dict[bytes, Snapshot] = {}


def epoch_key(owner_id: uuid.UUID) -> str:
    """The hash tag keeps an owner's epoch and buckets in one cluster slot."""
    return f"treaty:{{{owner_id.hex}}}:epoch"


def bucket_key(owner_id: uuid.UUID, bucket_id: uuid.UUID) -> str:
    """Where a bucket is kept."""
    return f"treaty:{{{owner_id.hex}}}:bucket:{bucket_id.hex}"


def admit(raw: str, *, address: Address) -> Admission:
    """Let the bearer of `raw`, calling from `address`, pass; raises Refusal."""
    digest = hashlib.sha256(raw.encode()).digest()
    snapshot = snapshots.get(digest)
    if snapshot is not None and (snapshot.credential.has_expired() or not snapshot.credential.admits(address)):
        snapshot = None  # what refuses may be out of date: look again before saying no
    try:
        return within_quota(admit_shared(raw, digest, snapshot, address))
    except valkey.ValkeyAway:
        credential = read(raw, digest, address)
        fresh = remember(digest, credential, epoch=None)
        return within_quota(Admission(credential, local_buckets.take(fresh.keys[1:], fresh.capacities)))


def within_quota(admission: Admission) -> Admission:
    """The same; raises Refusal while the quota of the partner is used up."""
    credential = admission.credential
    if admission.take.allowed and credential.is_stopped():
        wait = {"Retry-After": str(max(1, math.ceil(credential.stopped_until - time.time())))}
        detail = "The calls of this month are used up."
        raise Refusal(429, "quota_exceeded", detail, credential, headers={**admission.take.headers(), **wait})
    return admission


def expect(raw: str, *, address: Address) -> Snapshot | None:
    """The snapshot on which a safe request may be worked out before `confirm` lets it through, if there is one."""
    snapshot = snapshots.get(hashlib.sha256(raw.encode()).digest())
    if snapshot is None or snapshot.epoch is None or snapshot.remaining * AMPLE_SHARE < snapshot.capacities[0]:
        return None
    credential = snapshot.credential
    if credential.is_stopped():
        return None
    return snapshot if snapshot.is_fresh and not credential.has_expired() and credential.admits(address) else None


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
    return take if take.allowed else None


def admit_shared(raw: str, digest: bytes, snapshot: Snapshot | None, address: Address) -> Admission:
    """Pass through the bucket on Valkey; raises ValkeyAway and Refusal."""
    if snapshot is None:
        # First sight: the epoch is not known before the owner is, so this reading serves this request alone.
        snapshot = remember(digest, read(raw, digest, address), epoch=None)
        return take_anyway(snapshot)
    for _ in range(ATTEMPTS):
        current, take = take_shared(snapshot.call)
        if take is None or not snapshot.is_fresh:
            snapshot = remember(digest, read(raw, digest, address), epoch=current)
        if take is not None:
            snapshot.remaining = take.remaining
            return Admission(snapshot.credential, take)
    # Its owner is being changed faster than it can be read: the last reading is as current as any.
    return take_anyway(snapshot)


def take_anyway(snapshot: Snapshot) -> Admission:
    """Take from the bucket whatever the epoch; raises ValkeyAway."""
    _, take = take_shared(TAKE.call(snapshot.keys, ANY_EPOCH, *snapshot.capacities))
    if take is None:
        raise valkey.ValkeyAway("Valkey does not run the script as it should.")
    return Admission(snapshot.credential, take)


def read(raw: str, digest: bytes, address: Address) -> Credential:
    """The credential as it is in PostgreSQL now; raises Refusal."""
    credential = resolve(raw)
    if credential is None:
        snapshots.pop(digest, None)
        raise Refusal(401, "invalid_credential", "The credential is not valid, or no longer is.")
    if not credential.admits(address):
        raise Refusal(403, "network_not_allowed", f"This key may not be used from {address()}.", credential)
    return credential


def remember(digest: bytes, credential: Credential, *, epoch: str | None) -> Snapshot:
    """Keep what was read."""
    if len(snapshots) >= MAX_SNAPSHOTS:
        snapshots.clear()
    snapshot = Snapshot(
        credential,
        epoch,
        time.monotonic(),
        [epoch_key(credential.owner_id), bucket_key(credential.owner_id, credential.bucket_id)],
        [credential.rate_limit],
    )
    snapshots[digest] = snapshot
    return snapshot


def forget(owner_id: uuid.UUID) -> None:
    """Have every process read the credentials of this owner again before it accepts another request.

    Never raises: the change is committed. Valkey away is logged; then no process reuses a snapshot anyway, and one
    that still reaches Valkey does so for five seconds at most.
    """
    for digest, snapshot in list(snapshots.items()):
        if snapshot.credential.owner_id == owner_id:
            snapshots.pop(digest, None)
    try:
        valkey.command("SET", epoch_key(owner_id), uuid7().hex, "EX", EPOCH_SECONDS, patient=True)
    except valkey.ValkeyAway as error:
        logger.warning("revocation_not_broadcast", owner=str(owner_id), error=str(error))
