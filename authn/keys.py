"""The format of API keys: pure functions."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import string
import zlib

ALPHABET = string.digits + string.ascii_uppercase + string.ascii_lowercase
PREFIXES = {"live": "sk_", "test": "tk_"}
RANDOM_LENGTH = 32
CHECKSUM_LENGTH = 6
KEY_LENGTH = 3 + RANDOM_LENGTH + CHECKSUM_LENGTH


def base62(number: int, width: int) -> str:
    """`number` in base 62 (0-9 A-Z a-z), padded to `width` digits."""
    digits = ""
    while number:
        number, rest = divmod(number, 62)
        digits = ALPHABET[rest] + digits
    return digits.rjust(width, "0")


def checksum(body: str) -> str:
    """Six base62 characters of CRC-32 over the prefix and the random part."""
    return base62(zlib.crc32(body.encode("ascii")), CHECKSUM_LENGTH)


def generate_key(environment: str) -> str:
    """A new key: `sk_` or `tk_`, 32 random base62 characters (190 bits), 6 characters of checksum."""
    body = PREFIXES[environment] + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + checksum(body)


def is_key(text: str) -> bool:
    """Whether `text` means to be an API key."""
    return text[:3] in PREFIXES.values()


def is_well_formed(key: str) -> bool:
    """Whether `key` has the shape and the checksum of a key: a typing error is refused without a look-up."""
    return (
        len(key) == KEY_LENGTH
        and is_key(key)
        and key.isascii()
        and key[3:].isalnum()
        and key[-CHECKSUM_LENGTH:] == checksum(key[:-CHECKSUM_LENGTH])
    )


def digest(key: str, pepper: str) -> str:
    """The form in which a key is stored: hex HMAC-SHA-256 under the server's pepper."""
    return hmac.digest(pepper.encode(), key.encode(), hashlib.sha256).hex()
