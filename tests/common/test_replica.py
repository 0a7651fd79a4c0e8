from __future__ import annotations

import pytest
from django.db import transaction
from pytest_django.fixtures import Settings

from common.replica import ReplicaRouter, reads_replica
from partners.models import Partner


@reads_replica
def database() -> str | None:
    return ReplicaRouter().db_for_read(Partner)


@pytest.fixture
def with_replica(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(settings.DATABASES, "replica", settings.DATABASES["default"])


@pytest.mark.django_db(transaction=True)
def test_analytics_read_the_replica_and_nothing_else_does(with_replica: None) -> None:
    assert database() == "replica"
    assert ReplicaRouter().db_for_read(Partner) is None


@pytest.mark.django_db(transaction=True)
def test_an_open_transaction_reads_its_own_writes(with_replica: None) -> None:
    with transaction.atomic():
        assert database() is None


@pytest.mark.django_db(transaction=True)
def test_without_a_replica_the_primary_serves() -> None:
    assert database() is None


def test_the_replica_is_never_migrated() -> None:
    router = ReplicaRouter()
    assert router.allow_migrate("replica", "partners") is False
    assert router.allow_migrate("default", "partners") is None
