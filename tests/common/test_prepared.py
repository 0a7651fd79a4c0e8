"""Prepared statements fail as Django's own cursors do."""

from __future__ import annotations

import pytest
from django.db import DataError, connection, transaction
from django.db.transaction import TransactionManagementError

from common.prepared import execute_prepared

pytestmark = pytest.mark.django_db


def test_it_is_planned_once_a_connection() -> None:
    prepared = "SELECT count(*) FROM pg_prepared_statements WHERE statement LIKE %s"
    for number in range(3):
        assert list(execute_prepared("SELECT %(number)s::int + 1000", {"number": number})) == [(number + 1000,)]
    with connection.cursor() as cursor:
        cursor.execute(prepared, ["SELECT $1::int + 1000%"])
        assert cursor.fetchone() == (1,)


def test_errors_are_django_s() -> None:
    with pytest.raises(DataError), transaction.atomic():
        execute_prepared("SELECT %(text)s::text::int", {"text": "none"})


def test_nothing_runs_in_a_transaction_that_is_to_be_rolled_back() -> None:
    with transaction.atomic():
        transaction.set_rollback(True)
        with pytest.raises(TransactionManagementError):
            execute_prepared("SELECT 1", {})
