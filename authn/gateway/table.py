"""The route table of this process: read again every few seconds."""

from __future__ import annotations

import time

from authn.gateway.paths import Route
from authn.models import GatewayRoute
from common.connections import close_unusable

TABLE_SECONDS = 5.0


class RouteTable:
    """Routes by prefix, as they were at most five seconds ago."""

    def __init__(self) -> None:
        self.routes: dict[str, Route] = {}
        self.read_at = -TABLE_SECONDS

    def current(self) -> dict[str, Route]:
        """The routes."""
        if time.monotonic() - self.read_at >= TABLE_SECONDS:
            close_unusable()
            rows = GatewayRoute.objects.filter(active=True)
            self.routes = {row.path_prefix: Route(row.path_prefix, row.read_scope, row.write_scope) for row in rows}
            self.read_at = time.monotonic()
        return self.routes

    def forget(self) -> None:
        """Read again next time."""
        self.read_at = -TABLE_SECONDS


table = RouteTable()
