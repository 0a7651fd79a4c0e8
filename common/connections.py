"""Database connections where no request signal looks after them."""

from __future__ import annotations

from django.db import connections


def close_unusable() -> None:
    """Close this thread's connections that failed or are too old, as Django does when a request begins.

    One inside a transaction is left to whoever began it.
    """
    for connection in connections.all(initialized_only=True):
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
