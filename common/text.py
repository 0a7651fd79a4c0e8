"""Text that PostgreSQL and UTF-8 can hold."""

from __future__ import annotations

import re

UNSTORABLE = re.compile("[\0\ud800-\udfff]")


def is_storable(text: str) -> bool:
    """Whether `text` is free of NUL, which PostgreSQL refuses, and of half surrogate pairs, which are not Unicode."""
    return UNSTORABLE.search(text) is None


def printable(text: str) -> str:
    """`text` with what cannot be stored or sent replaced, for messages that quote it."""
    return UNSTORABLE.sub("\ufffd", text)
