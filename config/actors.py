"""Jobs of the platform itself."""

from __future__ import annotations

import dramatiq
from dramatiq_crontab import cron

from common.partitions import drop_expired_partitions, ensure_partitions


@cron("15 0 * * *")
@dramatiq.actor
def maintain_partitions() -> None:
    """Make the daily partitions of the next two weeks and drop those past their retention."""
    ensure_partitions()
    drop_expired_partitions()
