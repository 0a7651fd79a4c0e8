"""Encryption at rest."""

from __future__ import annotations

import base64

import pytest
from pytest_django import Settings

from common.fields import DecryptionError, decrypt, encrypt
from integrations.models import Integration


def test_round_trip() -> None:
    sealed = encrypt("whsec_secret", associated="t.c")
    assert "whsec_secret" not in sealed
    assert decrypt(sealed, associated="t.c") == "whsec_secret"


def test_another_column_cannot_read_it() -> None:
    sealed = encrypt("x", associated="t.c")
    with pytest.raises(DecryptionError, match="moved from another column"):
        decrypt(sealed, associated="t.other")


def test_an_unknown_key_raises(settings: Settings) -> None:
    sealed = encrypt("x", associated="t.c")
    settings.FIELD_ENCRYPTION_KEYS = {"other": b"o" * 32}
    with pytest.raises(DecryptionError, match="unknown key 'test'"):
        decrypt(sealed, associated="t.c")


def test_rotation_reads_old_values_and_writes_with_the_first_key(settings: Settings) -> None:
    old = encrypt("x", associated="t.c")
    settings.FIELD_ENCRYPTION_KEYS = {"new": b"n" * 32, **settings.FIELD_ENCRYPTION_KEYS}
    assert decrypt(old, associated="t.c") == "x"
    assert encrypt("x", associated="t.c").startswith("new:")


def test_tampering_raises() -> None:
    key_id, encoded = encrypt("x", associated="t.c").split(":")
    raw = bytearray(base64.b64decode(encoded))
    raw[-1] ^= 1
    with pytest.raises(DecryptionError):
        decrypt(f"{key_id}:{base64.b64encode(raw).decode()}", associated="t.c")


@pytest.mark.parametrize("value", [{}, {"token": "s3cret"}, [1, "two"], "text", None])
def test_json_is_sealed_whatever_it_is(value: object) -> None:
    field = Integration._meta.get_field("config")
    sealed = field.get_prep_value(value)
    assert sealed is None if value is None else isinstance(sealed, str)
    assert field.from_db_value(sealed, None, None) == value
