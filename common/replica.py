"""Analytics reads go to the read replica, when there is one."""

from __future__ import annotations

import functools
from collections.abc import Callable
from contextvars import ContextVar
from typing import Any, ParamSpec, TypeVar

from django.conf import settings
from django.db import models, transaction

P = ParamSpec("P")
R = TypeVar("R")
REPLICA = "replica"

analysing: ContextVar[bool] = ContextVar("analysing", default=False)


def reads_replica(function: Callable[P, R]) -> Callable[P, R]:
    """Send the reads of `function` to the replica. It must return values: a lazy QuerySet would run after it."""

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        token = analysing.set(True)
        try:
            return function(*args, **kwargs)
        finally:
            analysing.reset(token)

    return wrapper


class ReplicaRouter:
    """Everything is written and migrated on the primary; only `reads_replica` functions read elsewhere."""

    def db_for_read(self, model: type[models.Model], **hints: Any) -> str | None:
        """The replica inside such a function, unless a transaction is open whose own writes it has to see."""
        if analysing.get() and REPLICA in settings.DATABASES and not transaction.get_connection().in_atomic_block:
            return REPLICA
        return None

    def allow_relation(self, first: models.Model, second: models.Model, **hints: Any) -> bool:
        """Both hold the same rows."""
        return True

    def allow_migrate(self, db: str, app_label: str, **hints: Any) -> bool | None:
        """The replica follows by itself."""
        return False if db == REPLICA else None
