"""Jobs of this app."""

from __future__ import annotations

import dramatiq
from dramatiq_crontab import cron

from webhooks.services.health import check_failing_endpoints


@cron("*/15 * * * *")
@dramatiq.actor(max_retries=0)
def watch_endpoints() -> None:
    """Warn about endpoints that fail, and switch off those that failed for days."""
    check_failing_endpoints()
