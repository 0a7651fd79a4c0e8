"""`manage.py meter`: the process that stores answered calls."""

from __future__ import annotations

from typing import Any

import structlog
from django.core.management.base import BaseCommand
from django.db import DatabaseError, InterfaceError, connection
from redis.exceptions import RedisError

from billing.services.metering import BATCH, drain_spool, drain_stream, stream_client
from common.stopping import StopFlag

LOCK = 0x7EA7_0001
BLOCK_MS = 1000
LONGEST_PAUSE = 5.0
# Calls that come singly are stored together: a transaction for each would cost more than they do.
GATHER_SECONDS = 0.2

logger = structlog.get_logger(__name__)


class Command(BaseCommand):
    help = "Store answered API calls and add up usage. One meter works; a second one stands by."

    def handle(self, *args: Any, **options: Any) -> None:
        stop = StopFlag()
        stop.handle_signals()
        valkey = stream_client()
        pause = 0.0
        while not stop.wait(pause):
            try:
                if not self.is_leader():
                    pause = 1.0
                    continue
                read = drain_spool() + drain_stream(valkey, block_ms=BLOCK_MS)
                pause = 0.0 if read >= BATCH else GATHER_SECONDS
            except RedisError as error:
                pause = self.back_off(pause, error)
            except (DatabaseError, InterfaceError) as error:
                connection.close()
                pause = self.back_off(pause, error)
        connection.close()
        valkey.close()
        self.stdout.write("The meter has stopped.")

    def is_leader(self) -> bool:
        """Whether this process holds the lock, which lives and dies with its database session."""
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND objid = %s AND classid = 0"
                " AND pid = pg_backend_pid() AND granted)",
                [LOCK],
            )
            if cursor.fetchone()[0]:
                return True
            cursor.execute("SELECT pg_try_advisory_lock(%s)", [LOCK])
            return bool(cursor.fetchone()[0])

    def back_off(self, pause: float, error: Exception) -> float:
        """Wait a little longer each time."""
        logger.warning("meter_waits", error=f"{type(error).__name__}: {error}")
        return min(LONGEST_PAUSE, pause * 2 or 0.2)
