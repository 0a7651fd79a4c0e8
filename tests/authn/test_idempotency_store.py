"""The store behind Idempotency-Key."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from authn.models import IdempotencyRecord
from authn.services.idempotency import PostgresStore, purge_idempotency_records
from common.api.idempotency import IdempotencyConflict, IdempotencyMismatch

CLAIM = {"caller": "api_key:1", "route": "/api/keys", "key": "k"}


def test_first_then_replay(db: None) -> None:
    store = PostgresStore()
    assert store.begin(**CLAIM, body_hash="a") is None
    with pytest.raises(IdempotencyConflict):
        store.begin(**CLAIM, body_hash="a")
    store.finish(**CLAIM, status=201, headers={"Location": "/x"}, body='{"data":1}')
    answer = store.begin(**CLAIM, body_hash="a")
    assert answer is not None
    assert (answer.status, answer.headers, answer.body) == (201, {"Location": "/x"}, '{"data":1}')
    with pytest.raises(IdempotencyMismatch):
        store.begin(**CLAIM, body_hash="b")
    assert store.begin(**{**CLAIM, "caller": "api_key:2"}, body_hash="b") is None


def test_the_answer_is_encrypted_at_rest(db: None) -> None:
    store = PostgresStore()
    store.begin(**CLAIM, body_hash="a")
    store.finish(**CLAIM, status=201, headers={}, body="sk_secret")
    with connection.cursor() as cursor:
        cursor.execute("SELECT body FROM authn_idempotencyrecord")
        assert "sk_secret" not in cursor.fetchone()[0]


def test_a_refused_request_frees_its_key(db: None) -> None:
    store = PostgresStore()
    store.begin(**CLAIM, body_hash="a")
    store.release(**CLAIM)
    assert store.begin(**CLAIM, body_hash="b") is None


def test_a_claim_left_by_a_dead_process_is_free_again(db: None) -> None:
    store = PostgresStore()
    store.begin(**CLAIM, body_hash="a")
    IdempotencyRecord.objects.update(updated_at=timezone.now() - timedelta(seconds=61))
    assert store.begin(**CLAIM, body_hash="b") is None
    with pytest.raises(IdempotencyConflict):
        store.begin(**CLAIM, body_hash="b")


def test_an_answer_is_forgotten_after_a_day(db: None) -> None:
    store = PostgresStore()
    store.begin(**CLAIM, body_hash="a")
    store.finish(**CLAIM, status=201, headers={}, body="x")
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=24, seconds=1))
    assert store.begin(**CLAIM, body_hash="b") is None
    IdempotencyRecord.objects.update(created_at=timezone.now() - timedelta(hours=25))
    assert purge_idempotency_records() == 1
    assert purge_idempotency_records() == 0


def test_a_long_path_fits(db: None) -> None:
    assert PostgresStore().begin(caller="c", route="/" * 5000, key="k", body_hash="a") is None


@pytest.mark.django_db(transaction=True)
def test_one_of_many_at_once_gets_the_key() -> None:
    outcomes: list[str] = []
    gate = threading.Barrier(8)

    def ask() -> None:
        gate.wait()
        try:
            outcomes.append("claimed" if PostgresStore().begin(**CLAIM, body_hash="a") is None else "replayed")
        except IdempotencyConflict:
            outcomes.append("in flight")
        finally:
            connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["claimed"] + ["in flight"] * 7
