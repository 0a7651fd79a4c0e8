"""Emptying the database after a test that committed: what was filled alone, faster than Django.

Django truncates every table and makes again what `migrate` makes, whatever a test touched.
"""

from __future__ import annotations

from typing import Any

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.test import TransactionTestCase

UNCHANGED = ["django_content_type", "auth_permission", "django_migrations"]  # by any test
# What `migrate` fills and tests change: kept as it was, to be put back.
STANDARD = [
    *("events_eventtype", "events_eventtypeevent", "authn_gatewayroute", "authn_gatewayrouteevent"),
    *("partners_agreementtemplate", "partners_agreementtemplateevent"),
]
KEEP = "CREATE SCHEMA standard; " + "; ".join(f"CREATE TABLE standard.{table} AS TABLE {table}" for table in STANDARD)
PUT_BACK = "; ".join(f"INSERT INTO {table} TABLE standard.{table}" for table in STANDARD)
MANY_BYTES = 4_000_000  # that many dead rows would slow down the tests that follow
FILLED = """
SELECT oid::regclass::text, pg_relation_size(oid) FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND relname <> ALL(%s) AND pg_relation_size(oid) > 0
"""
STANDARD_ROWS = " UNION ALL ".join(f"SELECT t::text FROM {table} t" for table in STANDARD)  # noqa: S608 (constants of ours)
CHECKSUM = f"SELECT md5(string_agg(t, '' ORDER BY t)) FROM ({STANDARD_ROWS}) AS rows (t)"  # noqa: S608 (as above)
django_teardown: Any = TransactionTestCase._fixture_teardown  # type: ignore[attr-defined]  # noqa: SLF001 (what is replaced)


class Flush:
    """Takes the place of `TransactionTestCase._fixture_teardown`."""

    def __init__(self) -> None:
        with connection.cursor() as cursor:
            cursor.execute(KEEP)
        self.standard = self.checksum()

    @staticmethod
    def checksum() -> str:
        """Of what `migrate` fills and tests change."""
        with connection.cursor() as cursor:
            cursor.execute(CHECKSUM)
            return str(cursor.fetchone()[0])

    def run(self, test: TransactionTestCase) -> None:
        """Leave the database as `migrate` leaves it."""
        with connection.cursor() as cursor:
            cursor.execute(FILLED, [[*UNCHANGED, *STANDARD]])
            sizes: dict[str, int] = dict(cursor.fetchall())
            if sum(sizes.values()) > MANY_BYTES:
                django_teardown(test)
                sizes = {}
            with transaction.atomic():
                self.empty(list(sizes), cursor)
                if self.checksum() != self.standard:
                    self.empty(STANDARD, cursor, PUT_BACK)

    @staticmethod
    def empty(tables: list[str], cursor: CursorWrapper, put_back: str = "") -> None:
        """Wait for whoever still writes; then delete past triggers and foreign keys, as all that refers goes too."""
        if tables:
            cursor.execute(f"LOCK TABLE {', '.join(tables)} IN SHARE ROW EXCLUSIVE MODE")
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute("; ".join(f"DELETE FROM {table}" for table in tables) + f"; {put_back}")  # noqa: S608 (PostgreSQL's own names)
            cursor.execute("SET LOCAL session_replication_role = DEFAULT")
