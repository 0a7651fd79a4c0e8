"""Housekeeping of credentials."""

from __future__ import annotations

import dramatiq
import structlog
from dramatiq_crontab import cron

from authn.oauth.signing import rotate_signing_key
from authn.services.idempotency import purge_idempotency_records
from authn.services.keys import expire_keys
from authn.services.oauth_upkeep import delete_expired_tokens
from authn.services.reminders import remind_of_keys
from authn.services.suspicion import find_suspicious_activity

logger = structlog.get_logger(__name__)


@cron("*/10 * * * *")
@dramatiq.actor
def mark_expired_keys() -> None:
    """Write down which keys have expired; they stopped working at that moment already."""
    expire_keys()


@cron("*/5 * * * *")
@dramatiq.actor
def look_for_abuse() -> None:
    """Flag what looks like abuse of credentials within the current hour."""
    for flag in find_suspicious_activity():
        logger.warning("suspicious_activity", kind=flag.kind, subject=flag.subject)


@cron("25 * * * *")
@dramatiq.actor
def forget_old_answers() -> None:
    """Drop the answers remembered for Idempotency-Keys once their 24 hours are over."""
    purge_idempotency_records()


@cron("15 6 * * *")
@dramatiq.actor(max_retries=3)
def remind_key_owners() -> None:
    """Every morning, tell of keys that are due for rotation or about to expire."""
    logger.info("key_owners_reminded", keys=remind_of_keys())


@cron("40 3 * * *")
@dramatiq.actor
def clean_oauth_tokens() -> None:
    """Delete codes and tokens that expired since yesterday."""
    logger.info("oauth_tokens_cleaned", deleted=delete_expired_tokens())


@cron("20 3 1 * *")
@dramatiq.actor
def rotate_oauth_signing_key() -> None:
    """Once a month, let a new key sign JWT access tokens."""
    logger.info("oauth_signing_key_rotated", kid=rotate_signing_key().kid)
