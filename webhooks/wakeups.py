"""Telling the delivery processes that there is work. They look by themselves twice a second: nothing depends on it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import redis
import structlog
from django.conf import settings
from django.db import connection, transaction
from redis.backoff import NoBackoff
from redis.retry import Retry

CHANNEL = "webhooks:due"
TIMEOUT_SECONDS = 0.1
PAUSE_SECONDS = 2.0
LOOK_BACK = 8

logger = structlog.get_logger(__name__)


class Waker:
    """Publishes wake-ups; after a failure it stays quiet for a while, so a Valkey that is away slows nobody down."""

    def __init__(self) -> None:
        self.client: redis.Redis | None = None
        self.paused_until = 0.0
        self.lock = threading.Lock()

    def publish(self) -> None:
        """Send one wake-up; never raises, never waits long."""
        if time.monotonic() < self.paused_until:
            return
        try:
            with self.lock:
                if self.client is None:
                    self.client = redis.Redis.from_url(
                        settings.REDIS_URL,
                        socket_timeout=TIMEOUT_SECONDS,
                        socket_connect_timeout=TIMEOUT_SECONDS,
                        retry=Retry(NoBackoff(), 0),  # redis-py's own default waits for seconds
                    )
            self.client.publish(CHANNEL, b"")
        except (redis.RedisError, OSError) as error:
            self.paused_until = time.monotonic() + PAUSE_SECONDS
            logger.warning("wake_up_failed", error=str(error))


waker = Waker()


def send_wake_up() -> None:
    """On-commit hook."""
    waker.publish()


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
