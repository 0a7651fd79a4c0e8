"""Writing what is encrypted at rest anew with the first key, so that an older key can be given up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection

from common.fields import EncryptedTextField, decrypt, encrypt

BATCH = 500


def encrypted_fields() -> Iterator[EncryptedTextField]:
    """Every encrypted column of the product."""
    for model in apps.get_models():
        for field in model._meta.local_concrete_fields:
            if isinstance(field, EncryptedTextField) and model._meta.managed:
                yield field


def reencrypt(field: EncryptedTextField) -> int:
    """Encrypt anew what another key than the first wrote; return how many values. May run beside everything else.

    Raises DecryptionError for a value that none of the keys opens.
    """
    table, key, column = (
        connection.ops.quote_name(str(name))
        for name in (field.model._meta.db_table, field.model._meta.pk.column, field.column)
    )
    first = f"{next(iter(settings.FIELD_ENCRYPTION_KEYS))}:"
    stale = f"SELECT {key}, {column} FROM {table} WHERE {column} <> '' AND NOT starts_with({column}, %s)"  # noqa: S608 (names of our own columns)
    # A value that somebody else wrote meanwhile stays: it has the first key already.
    swap = f"UPDATE {table} SET {column} = %s WHERE {key} = %s AND {column} = %s"  # noqa: S608 (as above)
    count, after = 0, ""
    last: list[Any] = []
    while True:
        with connection.cursor() as cursor:
            cursor.execute(f"{stale}{after} ORDER BY {key} LIMIT {BATCH}", [first, *last])
            rows: list[tuple[Any, str]] = cursor.fetchall()
            for row_key, sealed in rows:
                fresh = encrypt(decrypt(sealed, associated=field.associated), associated=field.associated)
                cursor.execute(swap, [fresh, row_key, sealed])
                count += cursor.rowcount
        if len(rows) < BATCH:
            return count
        after, last = f" AND {key} > %s", [rows[-1][0]]
