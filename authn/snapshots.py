"""Credentials as PostgreSQL had them a moment ago, kept by each process so that a warm request needs no SQL.

A snapshot serves for CREDENTIAL_SNAPSHOT_SECONDS. Those in use are read again together, a little before their time is
over: one query for all of them costs a fraction of one query for each, and no request waits for its own.
"""

from __future__ import annotations

import time
import uuid
from dataclasses import dataclass
from threading import Lock

import structlog
from django.conf import settings
from django.db import DatabaseError

from authn.credentials import Credential, Location
from authn.limits import TAKE, TAKE_AND_RECORD
from authn.metering import STREAM
from common.connections import close_unusable

MAX_SNAPSHOTS = 20_000
NO_EPOCH = "?"  # no epoch is ever called so
# From this share of its life on, a snapshot in use is read again with the others.
RENEWAL_SHARE = 0.6
# When nobody has read it together with others by then, the request in hand does.
DUE_SHARE = 0.8
# One renewal is paid for by the request that comes upon it.
MAX_RENEWED = 250


@dataclass(slots=True)
class Snapshot:
    """A credential, where it was found, and its owner's epoch as known before it was read (None: not known yet)."""

    credential: Credential
    location: Location
    epoch: str | None
    read_at: float
    keys: list[str]
    capacities: list[int]
    call: bytes = b""  # takes from the buckets if the epoch still is what it was
    recording_call: bytes = b""  # the same, and lacks the line for the usage stream
    remaining: int = 0  # tokens left when last seen
    in_use: bool = False  # a request was answered on it

    def __post_init__(self) -> None:
        epoch = NO_EPOCH if self.epoch is None else self.epoch
        self.call = TAKE.call(self.keys, epoch, *self.capacities)
        self.recording_call = TAKE_AND_RECORD.call_but_last([*self.keys, STREAM], epoch, *self.capacities)

    @property
    def age(self) -> float:
        """Seconds since it was read."""
        return time.monotonic() - self.read_at

    @property
    def is_fresh(self) -> bool:
        """Young enough to be used again."""
        fresh: bool = self.age < settings.CREDENTIAL_SNAPSHOT_SECONDS
        return fresh


snapshots: dict[bytes, Snapshot] = {}
logger = structlog.get_logger(__name__)
renewing = Lock()


def epoch_key(owner_id: uuid.UUID) -> str:
    """The hash tag keeps an owner's epoch and buckets in one cluster slot."""
    return f"treaty:{{{owner_id.hex}}}:epoch"


def bucket_key(owner_id: uuid.UUID, bucket_id: uuid.UUID) -> str:
    """Where a bucket is kept."""
    return f"treaty:{{{owner_id.hex}}}:bucket:{bucket_id.hex}"


def buckets_of(
    *, owner_id: uuid.UUID, bucket_id: uuid.UUID, rate_limit: int, partner_rate_limit: int | None
) -> dict[str, int]:
    """The buckets a call takes from, with their capacities: the credential's own, and its partner's."""
    buckets = {bucket_key(owner_id, bucket_id): rate_limit}
    if partner_rate_limit is not None:
        buckets[bucket_key(owner_id, owner_id)] = partner_rate_limit
    return buckets


def keys_of(credential: Credential) -> tuple[list[str], list[int]]:
    """What the scripts need of a credential: the owner's epoch and the buckets, and how much each of these holds."""
    buckets = buckets_of(
        owner_id=credential.owner_id,
        bucket_id=credential.bucket_id,
        rate_limit=credential.rate_limit,
        partner_rate_limit=credential.partner_rate_limit,
    )
    return [epoch_key(credential.owner_id), *buckets], list(buckets.values())


def remember(
    digest: bytes, credential: Credential, location: Location, *, epoch: str | None, read_at: float
) -> Snapshot:
    """Keep what was read, with the buckets a call takes from."""
    if len(snapshots) >= MAX_SNAPSHOTS:
        snapshots.clear()
    keys, capacities = keys_of(credential)
    snapshot = Snapshot(credential, location, epoch, read_at, keys, capacities)
    snapshots[digest] = snapshot
    return snapshot


def usable_snapshot(digest: bytes) -> Snapshot | None:
    """The snapshot to go by, if there is one that is young enough; reads those in use again when they are due."""
    snapshot = snapshots.get(digest)
    if snapshot is None or snapshot.epoch is None:
        return None
    life = settings.CREDENTIAL_SNAPSHOT_SECONDS
    if snapshot.age >= DUE_SHARE * life and renewing.acquire(blocking=False):
        try:
            renew()
        finally:
            renewing.release()
        snapshot = snapshots.get(digest)
    return snapshot if snapshot is not None and snapshot.age < life else None


def renew() -> None:
    """Read the snapshots in use whose time is nearly over again, each under the epoch it was known by.

    That epoch was read before this reading is made. Should it have changed meanwhile, the next request finds out.
    """
    due: dict[Location, tuple[bytes, Snapshot]] = {}
    due_age = RENEWAL_SHARE * settings.CREDENTIAL_SNAPSHOT_SECONDS
    for digest, snapshot in list(snapshots.items()):
        if snapshot.in_use and snapshot.epoch is not None and snapshot.age >= due_age:
            due[snapshot.location] = digest, snapshot
            if len(due) == MAX_RENEWED:
                break
    close_unusable()
    read_at = time.monotonic()
    try:
        found = Location.read_all(due)
    except DatabaseError as error:
        logger.warning("snapshots_not_renewed", error=str(error))  # what is left of their lives, they serve
        return
    for location, (digest, old) in due.items():
        credential = found.get(location)
        if snapshots.get(digest) is not old:
            continue
        if credential is None:
            snapshots.pop(digest, None)
            continue
        fresh = remember(digest, credential, location, epoch=old.epoch, read_at=read_at)
        fresh.remaining = old.remaining


def drop_snapshots(owner_id: uuid.UUID) -> None:
    """Forget what this process knows of an owner's credentials."""
    for digest, snapshot in list(snapshots.items()):
        if snapshot.credential.owner_id == owner_id:
            snapshots.pop(digest, None)
