"""The usual way: one Dramatiq task per delivery."""

from __future__ import annotations

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from bench.peer_delivery import deliver_one

dramatiq.set_broker(
    RedisBroker(
        url=os.environ["REDIS_URL"],
        middleware=[dramatiq.middleware.AgeLimit(), dramatiq.middleware.TimeLimit(), dramatiq.middleware.Retries()],
    )
)
deliver = dramatiq.actor(deliver_one, max_retries=0)
