"""The other usual way: one Celery task per delivery."""

from __future__ import annotations

import os

from celery import Celery

from bench.peer_delivery import deliver_one

# Kombu's name for a Redis on a unix socket. A database of its own: Dramatiq's queues are in the first.
BROKER = os.environ["REDIS_URL"].replace("unix://", "redis+socket://").replace("db=0", "virtual_host=1")
app = Celery("bench", broker=BROKER)
# Without these two Celery connects to the database anew for each task, and keeps results nobody reads.
app.conf.update(CELERY_DB_REUSE_MAX=1_000_000, task_ignore_result=True)
deliver = app.task(deliver_one, name="deliver")
