"""Keeps secrets and personal data out of the logs. Pure functions."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

MASK = "[masked]"
DEEPEST = 6

# Names whose values are never written, whatever they hold (matched without case, dashes and underscores).
SECRET_NAMES = re.compile(
    r"password|passphrase|secret|token|authorization|cookie|apikey|fullkey|privatekey|signature|otp|pepper"
    r"|firstname|lastname|fullname|contactname|phone|birth|ssn|socialsecurity|taxid|iban|accountnumber|street|postalcode"
)
# Names that only sound secret.
HARMLESS_NAMES = re.compile(r"^(tokentype|tokenlifetime|tokencount|leasetoken)$")

PATTERNS: list[tuple[re.Pattern[str], str]] = [
    (re.compile(r"\b([st]k_)[0-9A-Za-z]{20,}"), r"\1" + MASK),
    (re.compile(r"\bwhsec_[0-9A-Za-z+/=_-]+"), "whsec_" + MASK),
    (re.compile(r"\b(Bearer|Basic)\s+[0-9A-Za-z._~+/=-]+", re.IGNORECASE), r"\1 " + MASK),
    (re.compile(r"\beyJ[0-9A-Za-z_-]{10,}\.[0-9A-Za-z_-]+\.[0-9A-Za-z_-]*"), MASK),
    (re.compile(r"(://[^\s:/@]*:)[^\s@/]+@"), r"\1" + MASK + "@"),
    (
        re.compile(
            r"""(?ix)\b((?:client_)?secret|password|code|code_verifier|access_token|refresh_token|token)=[^\s&"']+"""
        ),
        r"\1=" + MASK,
    ),
    # The first letter and the domain are enough to recognise whose address it was, not to write to it.
    (re.compile(r"\b([0-9A-Za-z])[0-9A-Za-z._%+-]*@([0-9A-Za-z-]+(?:\.[0-9A-Za-z-]+)+)"), r"\1…@\2"),
    (re.compile(r"\b\d{3}-\d{2}-\d{4}\b"), MASK),
]


def mask_text(text: str) -> str:
    """`text` without keys, tokens, passwords in URLs, e-mail addresses and social security numbers."""
    for pattern, replacement in PATTERNS:
        text = pattern.sub(replacement, text)
    return text


def is_secret_name(name: str) -> bool:
    """Whether a value of this name is masked whole."""
    plain = name.lower().replace("_", "").replace("-", "")
    return bool(SECRET_NAMES.search(plain)) and not HARMLESS_NAMES.search(plain)


def mask_value(value: Any, depth: int = 0) -> Any:
    """`value` with everything secret in it masked, nested containers included."""
    if isinstance(value, str):
        return mask_text(value)
    if isinstance(value, bytes):
        return mask_text(value.decode(errors="replace"))
    if depth > DEEPEST:
        return MASK
    if isinstance(value, Mapping):
        return {
            str(name): MASK if is_secret_name(str(name)) and item not in {None, ""} else mask_value(item, depth + 1)
            for name, item in value.items()
        }
    if isinstance(value, list | tuple | set | frozenset):
        return [mask_value(item, depth + 1) for item in value]
    if value is None or isinstance(value, bool | int | float):
        return value
    return mask_text(str(value))
