"""Database connections where no request signal looks after them."""

from __future__ import annotations

import pytest
from django.db import OperationalError, connection, transaction

from common.connections import close_unusable


def break_connection() -> None:
    """What a restart of the server does to a connection."""
    with pytest.raises(OperationalError), connection.cursor() as cursor:
        cursor.execute("SELECT pg_terminate_backend(pg_backend_pid())")


@pytest.mark.django_db(transaction=True)
def test_a_broken_connection_is_replaced() -> None:
    break_connection()
    close_unusable()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)


@pytest.mark.django_db(transaction=True)
def test_one_inside_a_transaction_is_left_alone() -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        close_unusable()
        assert cursor.fetchone() == (1,)
