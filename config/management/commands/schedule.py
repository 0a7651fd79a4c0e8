"""The scheduler: sends the actors that are due at a time of day."""

from __future__ import annotations

import importlib
import signal
import threading
import time
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import psycopg
import structlog
from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_MISSED, JobExecutionEvent
from apscheduler.schedulers import SchedulerNotRunningError
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.utils import timezone
from dramatiq_crontab import scheduler

from common.queue import actor_modules
from common.rabbitmq import confirm_messages

logger = structlog.get_logger(__name__)
LOCK_KEY = 0x7472_7363  # any fixed number: the advisory lock that makes one scheduler the active one
CHECK_SECONDS = 5.0
AGAIN_AFTER = timedelta(seconds=15)
AGAIN = "again:"


class StopRequestedError(Exception):
    """Raised in the main thread by SIGTERM and Ctrl-C, out of whatever it waits for."""


class Command(BaseCommand):
    help = "Send periodic jobs. Run it on as many hosts as you like: one is active, the others stand by."

    def handle(self, *args: Any, **options: Any) -> None:
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, request_stop)
        for module in actor_modules():  # importing one registers its jobs
            importlib.import_module(module)
        confirm_messages()
        connection.ensure_connection()
        session: psycopg.Connection[Any] = connection.connection
        lost = threading.Event()
        try:
            wait_for_lock(session)
            threading.Thread(target=watch_lock, args=[session, lost], name="lock watch", daemon=True).start()
            scheduler.configure(job_defaults={"misfire_grace_time": 900, "coalesce": True})
            senders = {job.name: job.func for job in scheduler.get_jobs()}
            scheduler.add_listener(send_again(senders), EVENT_JOB_ERROR | EVENT_JOB_MISSED)
            logger.info("scheduler_active", jobs=len(scheduler.get_jobs()))
            scheduler.start()
        except StopRequestedError:
            stop_scheduler()
        except psycopg.OperationalError as error:
            raise CommandError(f"The database went away: {error}") from error
        if lost.is_set():
            raise CommandError("The connection that held the lock is gone; another scheduler may be active now.")


def request_stop(*_: object) -> None:
    """Signal handler."""
    raise StopRequestedError


def wait_for_lock(session: psycopg.Connection[Any]) -> None:
    """Stand by until the lock is free. PostgreSQL frees it when its session ends, however that ends."""
    standing_by = False
    while True:
        row = session.execute("SELECT pg_try_advisory_lock(%s)", [LOCK_KEY]).fetchone()
        if row is not None and row[0]:
            return
        if not standing_by:
            logger.info("scheduler_standing_by")
            standing_by = True
        time.sleep(CHECK_SECONDS)


def watch_lock(session: psycopg.Connection[Any], lost: threading.Event) -> None:
    """Stop scheduling when the session that holds the lock is gone."""
    while True:
        time.sleep(CHECK_SECONDS)
        try:
            session.execute("SELECT 1")
        except psycopg.Error:
            lost.set()
            stop_scheduler()
            return


def send_again(senders: dict[str, Callable[[], Any]]) -> Callable[[JobExecutionEvent], None]:
    """A listener that tries again soon what the broker did not take: the next time of a daily job is a day away."""

    def listen(event: JobExecutionEvent) -> None:
        job = scheduler.get_job(event.job_id)
        name = job.name if job is not None else event.job_id.removeprefix(AGAIN)
        logger.warning("job_not_sent", job=name, error=str(event.exception or "too late"))
        due_at = timezone.now() + AGAIN_AFTER
        scheduler.add_job(senders[name], "date", run_date=due_at, id=AGAIN + name, name=name, replace_existing=True)

    return listen


def stop_scheduler() -> None:
    """Stop it if it had started."""
    try:
        scheduler.shutdown(wait=False)
    except SchedulerNotRunningError:
        return
