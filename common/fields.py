"""Model fields that encrypt at rest: AES-256-GCM, rotatable keys, bound to the column they were written for."""

from __future__ import annotations

import base64
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.conf import settings
from django.db import models

NONCE_BYTES = 12


class DecryptionError(Exception):
    """A stored value was written with an unknown key, tampered with, or moved from another column."""


def encrypt(plaintext: str, *, associated: str) -> str:
    """Return `keyid:base64(nonce + ciphertext)`, authenticated together with `associated` (NIST SP 800-38D)."""
    key_id, key = next(iter(settings.FIELD_ENCRYPTION_KEYS.items()))
    nonce = os.urandom(NONCE_BYTES)
    sealed = AESGCM(key).encrypt(nonce, plaintext.encode(), associated.encode())
    return f"{key_id}:{base64.b64encode(nonce + sealed).decode()}"


def decrypt(value: str, *, associated: str) -> str:
    """Reverse `encrypt`; raises DecryptionError rather than ever returning ciphertext."""
    key_id, _, encoded = value.partition(":")
    key = settings.FIELD_ENCRYPTION_KEYS.get(key_id)
    if key is None:
        raise DecryptionError(f"{associated} was encrypted with the unknown key {key_id!r}")
    raw = base64.b64decode(encoded)
    try:
        return AESGCM(key).decrypt(raw[:NONCE_BYTES], raw[NONCE_BYTES:], associated.encode()).decode()
    except InvalidTag:
        raise DecryptionError(f"{associated} does not decrypt: tampered with, or moved from another column") from None


class EncryptedTextField(models.TextField[Any, Any]):
    """Text that is ciphertext in the database and plain text on the model. Not searchable; empty stays empty."""

    @property
    def associated(self) -> str:
        """What the ciphertext is bound to: moving it to another table or column makes it unreadable."""
        return f"{self.model._meta.db_table}.{self.column}"

    def get_prep_value(self, value: Any) -> Any:
        """Encrypt what goes to the database."""
        value = super().get_prep_value(value)
        return encrypt(value, associated=self.associated) if value else value

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """Decrypt what the database returned."""
        return decrypt(value, associated=self.associated) if value else value


class EncryptedJSONField(EncryptedTextField):
    """A JSON value that is ciphertext in the database."""

    _pyi_private_set_type: Any
    _pyi_private_get_type: Any

    def get_prep_value(self, value: Any) -> Any:
        """Serialise and encrypt. Not by way of the parent, whose preparation would parse the text again."""
        return None if value is None else encrypt(json.dumps(value), associated=self.associated)

    def from_db_value(self, value: str | None, expression: object, connection: object) -> Any:
        """Decrypt and parse what the database returned."""
        text = super().from_db_value(value, expression, connection)
        return json.loads(text) if text else text

    def to_python(self, value: Any) -> Any:
        """Parse text from a serialised fixture; anything else is already a value."""
        return json.loads(value) if isinstance(value, str) else value

    def value_to_string(self, obj: models.Model) -> str:
        """Serialise for a fixture."""
        return json.dumps(self.value_from_object(obj))
