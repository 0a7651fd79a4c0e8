"""Jobs of this app."""

from __future__ import annotations

import dramatiq
import structlog
from django.conf import settings
from dramatiq_crontab import cron

from events.services.archive import archive_events

logger = structlog.get_logger(__name__)


@cron("45 1 * * *")
@dramatiq.actor(max_retries=0, time_limit=6 * 3_600_000)
def archive_old_events() -> None:
    """Move the days past EVENT_RETENTION_DAYS out of the database, unless an operator does it by hand."""
    if not settings.EVENT_ARCHIVE_DAILY:
        return
    for one in archive_events(older_than_days=settings.EVENT_RETENTION_DAYS):
        logger.info("events_archived", day=one.day.isoformat(), events=one.events, path=str(one.path))
