"""Housekeeping of credentials."""

from __future__ import annotations

import dramatiq
from dramatiq_crontab import cron

from authn.services.idempotency import purge_idempotency_records
from authn.services.keys import expire_keys


@cron("*/10 * * * *")
@dramatiq.actor
def mark_expired_keys() -> None:
    """Write down which keys have expired; they stopped working at that moment already."""
    expire_keys()


@cron("25 * * * *")
@dramatiq.actor
def forget_old_answers() -> None:
    """Drop the answers remembered for Idempotency-Keys once their 24 hours are over."""
    purge_idempotency_records()
