"""The seam between those who change partners and applications, and the cache of credentials."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.db import transaction

from common import revocation

Calls = list[tuple[uuid.UUID | None, uuid.UUID | None]]


@pytest.fixture
def calls(monkeypatch: pytest.MonkeyPatch) -> Calls:
    seen: Calls = []
    monkeypatch.setattr(revocation, "listeners", [])
    revocation.register_invalidation(lambda partner, application: seen.append((partner, application)))
    return seen


def test_listeners_hear_of_it_after_the_commit(db: None, calls: Calls, django_capture_on_commit_callbacks: Any) -> None:
    partner, application = uuid.uuid4(), uuid.uuid4()
    with django_capture_on_commit_callbacks(execute=True):
        revocation.invalidate(partner_id=partner, application_id=application)
        assert calls == []
    assert calls == [(partner, application)]


def test_a_change_that_is_rolled_back_says_nothing(transactional_db: None, calls: Calls) -> None:
    with transaction.atomic():
        revocation.invalidate(partner_id=uuid.uuid4())
        transaction.set_rollback(True)
    assert calls == []


def test_a_listener_registers_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(revocation, "listeners", [])

    def listener(partner: uuid.UUID | None, application: uuid.UUID | None) -> None:
        """Nothing to do."""

    revocation.register_invalidation(listener)
    revocation.register_invalidation(listener)
    assert revocation.listeners == [listener]
