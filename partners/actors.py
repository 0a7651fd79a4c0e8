"""Jobs of this app."""

from __future__ import annotations

import uuid

import dramatiq
from dramatiq_crontab import cron

from partners.services.mail import due_mail, send_queued_mail
from partners.services.upkeep import daily_upkeep


@dramatiq.actor(max_retries=0, queue_name="mail")
def send_mail(mail_id: str) -> None:
    """Send one queued e-mail; a failure is kept on its row and tried again by the sweep."""
    send_queued_mail(mail_id=uuid.UUID(mail_id))


@cron("* * * * *")
@dramatiq.actor(max_retries=0, queue_name="mail")
def sweep_mail() -> None:
    """Send what is due: attempts that failed, and what a lost message left behind."""
    for mail_id in due_mail():
        send_queued_mail(mail_id=mail_id)


@cron("0 6 * * *")
@dramatiq.actor(max_retries=3)
def run_partner_upkeep() -> None:
    """Warn of what runs out, expire what has, and stop partners whose grace ended."""
    daily_upkeep()
