"""Statements that PostgreSQL takes longer to plan than to run."""

from __future__ import annotations

from typing import Any

import psycopg
from django.db import connection

PREPARE_THRESHOLD = 5  # psycopg's own; Django sets none, and without one psycopg prepares nothing


def execute_prepared(statement: str, parameters: dict[str, Any]) -> psycopg.Cursor[tuple[Any, ...]]:
    """Run a statement that each connection parses and plans but a few times; raises as Django's cursors do.

    Parameters are bound by the server: one that is used as different types needs a cast wherever it stands.
    """
    connection.ensure_connection()
    connection.validate_no_broken_transaction()
    raw = connection.connection
    raw.prepare_threshold = PREPARE_THRESHOLD  # Django's own cursors bind by themselves, and go on preparing nothing
    cursor: psycopg.Cursor[tuple[Any, ...]] = psycopg.Cursor(raw)
    with connection.wrap_database_errors:
        return cursor.execute(statement, parameters, prepare=True)
