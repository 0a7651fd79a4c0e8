"""What the tests of keys and the gate share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from authn import valkey
from authn.metering import FIELD, STREAM, Call, decode
from authn.snapshots import snapshots


def forget_connections() -> None:
    """Have the next command connect anew."""
    valkey.pool.cache_clear()
    valkey.local.link = None
    valkey.Outage.until = 0.0


@pytest.fixture
def valkey_away(settings: Settings) -> Iterator[None]:
    """Nobody listens where Valkey should be."""
    settings.REDIS_URL = "unix:///nonexistent/valkey.sock"
    forget_connections()
    yield
    forget_connections()


@pytest.fixture
def empty_stream() -> None:
    """No calls are waiting for the meter."""
    valkey.command("DEL", STREAM)


@pytest.fixture(autouse=True)
def _own_snapshots(settings: Settings) -> None:
    settings.CREDENTIAL_SNAPSHOT_SECONDS = 5.0
    snapshots.clear()
    valkey.Outage.until = 0.0


def metered_calls() -> list[Call]:
    """The calls in the stream, oldest first."""
    entries = valkey.command("XRANGE", STREAM, "-", "+")
    return [decode(fields[fields.index(FIELD.encode()) + 1].decode()) for _, fields in entries]
