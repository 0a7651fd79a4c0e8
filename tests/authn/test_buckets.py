"""Token buckets: exact on Valkey whoever asks at the same time."""

from __future__ import annotations

import math
import multiprocessing
import time
import uuid
from multiprocessing.queues import Queue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authn import gate, snapshots, valkey
from authn.limits import ANY_EPOCH, TAKE, LocalBuckets, Take, take_shared


def take(owner: uuid.UUID, *capacities: int) -> Take:
    buckets = [snapshots.bucket_key(owner, uuid.UUID(int=place)) for place in range(len(capacities))]
    keys = [snapshots.epoch_key(owner), *buckets]
    _, taken = take_shared(TAKE.call(keys, ANY_EPOCH, *capacities))
    assert taken is not None
    return taken


def hammer(owner: uuid.UUID, capacity: int, seconds: float, admitted: Queue[int]) -> None:
    """One process that asks as fast as it can."""
    valkey.local.link = None
    deadline = time.monotonic() + seconds
    count = 0
    while time.monotonic() < deadline:
        count += take(owner, capacity).allowed
    admitted.put(count)


def test_several_processes_never_get_more_than_capacity_and_refill() -> None:
    owner, capacity, seconds = uuid.uuid4(), 720, 2.0
    context = multiprocessing.get_context("fork")
    admitted: Queue[int] = context.Queue()
    started = time.monotonic()
    workers = [context.Process(target=hammer, args=(owner, capacity, seconds, admitted)) for _ in range(4)]
    for worker in workers:
        worker.start()
    total = sum(admitted.get(timeout=60) for _ in workers)
    elapsed = time.monotonic() - started
    for worker in workers:
        worker.join()
    assert total <= capacity + math.floor(elapsed * capacity / 3600) + 1
    assert total >= min(capacity, 100)


def test_figures() -> None:
    owner = uuid.uuid4()
    first = take(owner, 3)
    assert (first.allowed, first.limit, first.remaining) == (True, 3, 2)
    assert 1199 <= first.reset_seconds <= 1200
    assert [take(owner, 3).remaining for _ in range(2)] == [1, 0]
    refused = take(owner, 3)
    assert (refused.allowed, refused.remaining) == (False, 0)
    assert 1199 <= refused.retry_seconds <= 1200


def test_a_changed_limit_keeps_what_was_spent() -> None:
    owner = uuid.uuid4()
    for _ in range(3):
        take(owner, 10)
    assert take(owner, 100).remaining == 96
    assert take(owner, 5).remaining == 0
    assert not take(owner, 5).allowed


def test_all_buckets_or_none() -> None:
    owner = uuid.uuid4()
    assert take(owner, 100, 2).remaining == 1
    assert take(owner, 100, 2).allowed
    refused = take(owner, 100, 2)
    assert (refused.allowed, refused.limit) == (False, 2)
    assert take(owner, 100).remaining == 97


def test_another_epoch_takes_nothing() -> None:
    owner = uuid.uuid4()
    keys = [snapshots.epoch_key(owner), snapshots.bucket_key(owner, owner)]
    gate.forget(owner)
    epoch, taken = take_shared(TAKE.call(keys, "", 5))
    assert taken is None
    assert len(epoch) == 32
    again, taken = take_shared(TAKE.call(keys, epoch, 5))
    assert again == epoch
    assert taken is not None
    assert taken.remaining == 4


def test_a_new_server_does_not_know_the_script() -> None:
    valkey.command("SCRIPT", "FLUSH")
    assert take(uuid.uuid4(), 5).allowed


@given(st.lists(st.integers(1, 50), min_size=1, max_size=3), st.integers(1, 120))
def test_local_buckets_admit_at_most_the_smallest_capacity(capacities: list[int], asks: int) -> None:
    buckets = LocalBuckets()
    keys = [str(place) for place in range(len(capacities))]
    answers = [buckets.take(keys, capacities) for _ in range(asks)]
    assert sum(answer.allowed for answer in answers) == min(asks, *capacities)
    assert all(0 <= answer.remaining < min(capacities) for answer in answers)


@pytest.mark.parametrize("capacity", [1, 7, 1000, 9_999_999])
def test_the_first_token_leaves_one_less(capacity: int) -> None:
    assert take(uuid.uuid4(), capacity).remaining == capacity - 1
    assert LocalBuckets().take(["a"], [capacity]).remaining == capacity - 1
