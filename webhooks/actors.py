"""Jobs of this app."""

from __future__ import annotations

from uuid import UUID

import dramatiq
import structlog
from django.conf import settings
from dramatiq_crontab import cron

from webhooks.services.archive import archive_deliveries
from webhooks.services.health import check_failing_endpoints
from webhooks.services.ownership import challenge_endpoint, challenge_unproven
from webhooks.services.recovery import finish_recoveries, finish_recovery
from webhooks.services.removal import finish_removal, finish_removals

logger = structlog.get_logger(__name__)


@cron("*/15 * * * *")
@dramatiq.actor(max_retries=0)
def watch_endpoints() -> None:
    """Warn about endpoints that fail, and switch off those that failed for days."""
    check_failing_endpoints()


@dramatiq.actor(max_retries=2, min_backoff=20_000)
def challenge_webhook(endpoint_id: str) -> None:
    """Ask a new endpoint whether it is its owner's."""
    challenge_endpoint(UUID(endpoint_id))


@cron("*/10 * * * *")
@dramatiq.actor(max_retries=0)
def challenge_webhooks_again() -> None:
    """A receiver is often deployed after its address was registered."""
    challenge_unproven()


@dramatiq.actor(max_retries=2, min_backoff=20_000)
def recover_webhook_deliveries(recovery_id: str) -> None:
    """Try many failed deliveries again."""
    finish_recovery(UUID(recovery_id))


@cron("*/5 * * * *")
@dramatiq.actor(max_retries=0)
def go_on_with_recoveries() -> None:
    """The message of one may have been lost, or its worker killed."""
    finish_recoveries()


@dramatiq.actor(max_retries=2, min_backoff=20_000, time_limit=3_600_000)
def remove_webhook(endpoint_id: str) -> None:
    """Delete the log of a removed endpoint, then the endpoint."""
    finish_removal(UUID(endpoint_id))


@cron("40 * * * *")
@dramatiq.actor(max_retries=0, time_limit=3_600_000)
def go_on_with_removals() -> None:
    """As with recoveries."""
    finish_removals()


@cron("15 2 * * *")
@dramatiq.actor(max_retries=0, time_limit=6 * 3_600_000)
def archive_old_deliveries() -> None:
    """Move deliveries past DELIVERY_RETENTION_DAYS out of the database, unless an operator does it by hand."""
    if settings.EVENT_ARCHIVE_DAILY:
        for path, count in archive_deliveries(older_than_days=settings.DELIVERY_RETENTION_DAYS):
            logger.info("deliveries_archived", deliveries=count, path=str(path))
