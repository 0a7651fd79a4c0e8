"""Telling the delivery processes that there is work. They look by themselves twice a second: nothing depends on it."""

from __future__ import annotations

import threading
from collections.abc import Callable

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction

from authn import valkey

CHANNEL = "webhooks:due"
LOOK_BACK = 8

logger = structlog.get_logger(__name__)


def send_wake_up() -> None:
    """On-commit hook; never raises, and leaves a Valkey alone that failed a moment ago."""
    try:
        valkey.command("PUBLISH", CHANNEL, b"")
    except valkey.ValkeyAway as error:
        logger.info("wake_up_not_sent", error=str(error))


def wake_on_commit() -> None:
    """Wake the delivery processes once the transaction commits, once for however many deliveries it made."""
    # An earlier hook does: whatever rolls it back from here on takes what we are about to announce with it.
    if any(entry[1] is send_wake_up for entry in connection.run_on_commit[-LOOK_BACK:]):
        return
    transaction.on_commit(send_wake_up, robust=True)


class Listener(threading.Thread):
    """Calls `on_wake` for every wake-up, and reconnects for as long as it lives."""

    def __init__(self, on_wake: Callable[[], None]) -> None:
        super().__init__(name="wake-ups", daemon=True)
        self.on_wake = on_wake
        self.stopped = threading.Event()

    def run(self) -> None:
        """Listen until stopped."""
        while not self.stopped.is_set():
            try:
                self.listen()
            except (redis.RedisError, OSError) as error:
                logger.warning("wake_ups_lost", error=str(error))
                self.stopped.wait(1.0)

    def listen(self) -> None:
        """One connection's worth of listening."""
        client = redis.Redis.from_url(settings.REDIS_URL, socket_connect_timeout=1.0, socket_timeout=None)
        try:
            pubsub = client.pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]  # redis-py has no types here
            pubsub.subscribe(CHANNEL)
            self.on_wake()  # what came while nobody listened
            while not self.stopped.is_set():
                if pubsub.get_message(timeout=1.0) is not None:
                    self.on_wake()
            pubsub.close()
        finally:
            client.close()

    def stop(self) -> None:
        """End within a second."""
        self.stopped.set()
