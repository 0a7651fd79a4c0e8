"""The usual way: one Dramatiq task per delivery."""

from __future__ import annotations

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.peer_delivery import deliver_one

dramatiq.set_broker(
    RedisBroker(  # type: ignore[no-untyped-call]  # (Dramatiq leaves it bare)
        url=os.environ["REDIS_URL"],
        middleware=[dramatiq.middleware.AgeLimit(), dramatiq.middleware.TimeLimit(), dramatiq.middleware.Retries()],
    )
)
deliver = dramatiq.actor(max_retries=0)(deliver_one)
