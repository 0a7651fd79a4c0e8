"""The store behind Idempotency-Key."""

from __future__ import annotations

import threading
import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from authn.models import IdempotencyRecord
from authn.services.idempotency import Answer, PostgresStore, purge_idempotency_records
from common.idempotency import IdempotencyConflictError, IdempotencyMismatchError, StoredAnswer

KEY = {"caller": "api_key:1", "route": "/api/keys", "key": "k"}


def claimed(answer: uuid.UUID | StoredAnswer) -> uuid.UUID:
    assert isinstance(answer, uuid.UUID)
    return answer


def test_first_then_replay(db: None) -> None:
    store = PostgresStore()
    claim = claimed(store.begin(**KEY, body_hash="a"))
    with pytest.raises(IdempotencyConflictError):
        store.begin(**KEY, body_hash="a")
    store.finish(claim=claim, status=201, headers={"Location": "/x"}, body='{"data":1}')
    answer = store.begin(**KEY, body_hash="a")
    assert isinstance(answer, Answer)
    assert (answer.status, answer.headers, answer.body) == (201, {"Location": "/x"}, '{"data":1}')
    with pytest.raises(IdempotencyMismatchError):
        store.begin(**KEY, body_hash="b")
    claimed(store.begin(**{**KEY, "caller": "api_key:2"}, body_hash="b"))


def test_the_answer_is_encrypted_at_rest(db: None) -> None:
    store = PostgresStore()
    claim = claimed(store.begin(**KEY, body_hash="a"))
    store.finish(claim=claim, status=201, headers={}, body="sk_secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM authn_idempotencyrecord")
        assert "sk_secret" not in cursor.fetchone()[0]


def test_a_refused_request_frees_its_key(db: None) -> None:
    store = PostgresStore()
    store.release(claim=claimed(store.begin(**KEY, body_hash="a")))
    claimed(store.begin(**KEY, body_hash="b"))


def test_a_claim_left_by_a_dead_process_is_free_again(db: None) -> None:
    store = PostgresStore()
    store.begin(**KEY, body_hash="a")
    IdempotencyRecord.objects.update(updated_at=timezone.now() - timedelta(seconds=61))
    claimed(store.begin(**KEY, body_hash="b"))
    with pytest.raises(IdempotencyConflictError):
        store.begin(**KEY, body_hash="b")


def test_who_was_too_slow_does_not_touch_the_claim_that_replaced_its_own(db: None) -> None:
    store = PostgresStore()
    slow = claimed(store.begin(**KEY, body_hash="a"))
    IdempotencyRecord.objects.update(updated_at=timezone.now() - timedelta(seconds=61))
    second = claimed(store.begin(**KEY, body_hash="a"))
    store.finish(claim=slow, status=201, headers={}, body="first")
    store.release(claim=slow)
    with pytest.raises(IdempotencyConflictError):
        store.begin(**KEY, body_hash="a")
    store.finish(claim=second, status=201, headers={}, body="second")
    store.finish(claim=slow, status=201, headers={}, body="first")
    answer = store.begin(**KEY, body_hash="a")
    assert isinstance(answer, Answer)
    assert answer.body == "second"


def test_an_answer_is_forgotten_after_a_day(db: None) -> None:
    store = PostgresStore()
    claim = claimed(store.begin(**KEY, body_hash="a"))
    store.finish(claim=claim, status=201, headers={}, body="x")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    claimed(store.begin(**KEY, body_hash="b"))
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert purge_idempotency_records() == 1
    assert purge_idempotency_records() == 0


def test_a_long_path_fits(db: None) -> None:
    claimed(PostgresStore().begin(caller="c", route="/" * 5000, key="k", body_hash="a"))


@pytest.mark.django_db(transaction=True)
def test_one_of_many_at_once_gets_the_key() -> None:
    outcomes: list[str] = []
    gate = threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        try:
            answer = PostgresStore().begin(**KEY, body_hash="a")
            outcomes.append("replayed" if isinstance(answer, Answer) else "claimed")
        except IdempotencyConflictError:
            outcomes.append("in flight")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed"] + ["in flight"] * 7
