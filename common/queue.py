"""Sending work to actors by name, after the transaction commits."""

from __future__ import annotations

import time

import structlog
from django.apps import apps
from django.db import transaction
from django.utils.module_loading import module_has_submodule
from dramatiq import Message, get_broker
from dramatiq.errors import DramatiqError
from dramatiq.middleware import Retries as DramatiqRetries
from redis.exceptions import RedisError

logger = structlog.get_logger(__name__)

QUEUES = ("default", "mail")
# Milliseconds. RabbitMQ takes a message back that a worker holds for half an hour, be it only until its time has come.
LONGEST_BACKOFF = 15 * 60 * 1000
# Seconds in which a broker that was away is left alone, so that it holds up one request and not all of them.
AWAY_SECONDS = 5.0


class Retries(DramatiqRetries):
    """Dramatiq's retries, never more than LONGEST_BACKOFF apart."""

    def __init__(self) -> None:
        super().__init__(max_backoff=LONGEST_BACKOFF)


class Away:
    """Until when, by the monotonic clock, this process sends nothing to the broker."""

    until = 0.0


def actor_modules() -> list[str]:
    """The modules that declare actors: `actors` of every app that has one."""
    configs = apps.get_app_configs()
    return [f"{c.name}.actors" for c in configs if c.module is not None and module_has_submodule(c.module, "actors")]


def send_on_commit(actor_name: str, *args: str, queue: str = "default") -> None:
    """Enqueue `actor_name(*args)` once the current transaction commits.

    A broker that is away is logged, not raised: the state is in PostgreSQL and a periodic sweep finds it.
    """

    def send() -> None:
        if time.monotonic() < Away.until:
            logger.info("enqueue_skipped", actor=actor_name, args=args)
            return
        message: Message[None] = Message(queue_name=queue, actor_name=actor_name, args=args, kwargs={}, options={})
        try:
            get_broker().enqueue(message)
        except (DramatiqError, RedisError, OSError) as error:
            Away.until = time.monotonic() + AWAY_SECONDS
            logger.warning("enqueue_failed", actor=actor_name, args=args, error=str(error))

    transaction.on_commit(send)
