"""The one demonstration that every test of a whole platform shares: each leaves it healthy."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import psycopg
import requests

from config.runner.instance import read_pairs
from tests.receivers import Receiver
from tests.running import Platform


@dataclass
class Stack:
    """A running demonstration, its demo.json, and short ways to use both."""

    platform: Platform
    world: dict[str, Any]

    def call(self, method: str, path: str, key: str, **options: Any) -> requests.Response:
        """An API call with a key."""
        headers = {"Authorization": f"Bearer {key}"}
        return requests.request(method, self.platform.url + path, headers=headers, timeout=15, **options)

    def query(self, sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
        """Rows straight from its database."""
        url = read_pairs(self.platform.directory / "env")["DATABASE_URL"]
        with psycopg.connect(url, connect_timeout=5) as connection:
            return connection.execute(sql, parameters).fetchall()


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A receiver that answers 200."""
    receiver = Receiver()
    try:
        yield receiver
    finally:
        receiver.stop()
