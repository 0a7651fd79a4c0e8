"""Jobs of this app."""

from __future__ import annotations

import dramatiq
from dramatiq_crontab import cron

from applications.services.sunset import stop_due_applications, warn_of_sunsets


@cron("1 * * * *")
@dramatiq.actor(max_retries=3)
def stop_applications() -> None:
    """Stop what reached its last day. Hourly, so that a missed midnight costs an hour; keys stop by themselves."""
    stop_due_applications()


@cron("30 7 * * *")
@dramatiq.actor(max_retries=3)
def warn_of_sunset() -> None:
    """Warn partners 30, 7 and 1 days ahead."""
    warn_of_sunsets()
