"""The forms of OAuth identifiers, secrets and tokens: pure functions.

Each is a prefix, random base62 and six characters of CRC-32, like API keys: secret scanners recognise them, and a
typing error is refused without a look-up.
"""

from __future__ import annotations

import hashlib
import secrets

from authn.keys import ALPHABET, CHECKSUM_LENGTH, checksum

CLIENT_ID_PREFIX = "oc_"
CLIENT_SECRET_PREFIX = "cs_"  # noqa: S105 (a prefix)
ACCESS_TOKEN_PREFIX = "at_"  # noqa: S105 (a prefix)
REFRESH_TOKEN_PREFIX = "rt_"  # noqa: S105 (a prefix)
RANDOM_LENGTH = 40
TOKEN_LENGTH = 3 + RANDOM_LENGTH + CHECKSUM_LENGTH


def generate(prefix: str) -> str:
    """A new value: the prefix, 40 random base62 characters (238 bits), 6 characters of checksum."""
    body = prefix + "".join(secrets.choice(ALPHABET) for _ in range(RANDOM_LENGTH))
    return body + checksum(body)


def generate_client_id() -> str:
    """A public client identifier."""
    return CLIENT_ID_PREFIX + "".join(secrets.choice(ALPHABET) for _ in range(24))


def is_opaque_token(value: str) -> bool:
    """Whether `value` has the shape and the checksum of one of our opaque access or refresh tokens."""
    return (
        len(value) == TOKEN_LENGTH
        and value[:3] in {ACCESS_TOKEN_PREFIX, REFRESH_TOKEN_PREFIX}
        and value.isascii()
        and value[3:].isalnum()
        and value[-CHECKSUM_LENGTH:] == checksum(value[:-CHECKSUM_LENGTH])
    )


def is_access_token(value: str) -> bool:
    """Whether `value` could be an access token: opaque and well formed, or the compact form of a JWT."""
    if value.startswith(ACCESS_TOKEN_PREFIX):
        return is_opaque_token(value)
    return value.startswith("eyJ") and value.count(".") == 2 and value.isascii()


def token_digest(value: str) -> str:
    """The form in which tokens and codes are stored and looked up: hex SHA-256 of a value too random to guess."""
    return hashlib.sha256(value.encode()).hexdigest()
