"""Header lines as people write them."""

from __future__ import annotations


def parse_header_lines(text: str) -> dict[str, str]:
    """`Name: value` lines as a mapping; raises ValueError, with a message for people."""
    headers: dict[str, str] = {}
    seen: set[str] = set()
    for line in filter(None, map(str.strip, text.splitlines())):
        name, colon, value = line.partition(":")
        if not colon or not name.strip() or not value.strip():
            raise ValueError(f"Expected “Name: value”, not “{line[:40]}”.")
        if name.strip().lower() in seen:
            raise ValueError(f"“{name.strip()[:40]}” stands twice.")
        seen.add(name.strip().lower())
        headers[name.strip()] = value.strip()
    return headers
