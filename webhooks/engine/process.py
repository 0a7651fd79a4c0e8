"""The delivery process: one thread speaks HTTP, one PostgreSQL, one listens for wake-ups.

The database thread works in rounds: finish what came back, claim what can start. While it waits for PostgreSQL results
pile up, so the busier the process, the larger its batches.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connection

from common.http import DEADLINE_SECONDS
from common.http_pool import Sender
from webhooks.engine.dispatcher import Dispatcher
from webhooks.engine.messages import Claim, Outcome, build_request, judge
from webhooks.services.health import disable_gone_endpoint
from webhooks.wakeups import Listener

POLL_SECONDS = 0.5  # half of what a lost wake-up or the end of a lease may cost
LEASE_MARGIN_SECONDS = 5.0
GATHER_SECONDS = 0.002
RECONNECT_SECONDS = 0.5
DRAIN_SECONDS = 4.0

DATABASE_AWAY = (psycopg.OperationalError, psycopg.InterfaceError, OperationalError, InterfaceError)

logger = structlog.get_logger(__name__)


class DeliveryProcess:
    """Delivers until told to stop."""

    def __init__(self, *, deadline: float = DEADLINE_SECONDS) -> None:
        self.deadline = deadline
        self.dispatcher = Dispatcher(lease=deadline + LEASE_MARGIN_SECONDS, on_gone=self.gone)
        self.sender = Sender()
        self.listener = Listener(self.wake)
        self.to_send: deque[Claim] = deque()
        self.finished: deque[Outcome] = deque()
        self.unanswered: dict[uuid.UUID, Claim] = {}
        self.signal = threading.Event()
        self.woken = True
        self.stopping = False
        self.gave_up = False  # what is in flight is not waited for any longer
        self.stopped = threading.Event()
        self.failure: BaseException | None = None

    def gone(self, endpoint_id: uuid.UUID) -> None:
        """A receiver answered 410."""
        disable_gone_endpoint(endpoint_id=endpoint_id)

    def wake(self) -> None:
        """There may be due work; safe from any thread."""
        self.woken = True
        self.signal.set()

    def stop(self) -> None:
        """Claim nothing more, finish what is in flight, and return from `run`; safe from a signal handler."""
        self.stopping = True
        self.signal.set()

    def run(self) -> None:
        """Deliver until `stop`."""
        database = threading.Thread(target=self.keep_books, name="database")
        self.listener.start()
        database.start()
        give_up_at = None
        while not self.stopped.is_set():
            self.send_and_receive()
            if self.stopping:
                give_up_at = give_up_at or time.monotonic() + min(DRAIN_SECONDS, self.deadline)
                if time.monotonic() > give_up_at:
                    break
        self.stopping = self.gave_up = True
        self.signal.set()
        self.listener.stop()
        database.join()
        self.abandon()
        self.sender.close()
        if self.failure is not None:
            raise self.failure

    def send_and_receive(self) -> None:
        """One turn of the HTTP thread."""
        while self.to_send:
            claim = self.to_send.popleft()
            self.unanswered[claim.token] = claim
            self.sender.submit(build_request(claim, deadline=self.deadline), claim)
        results = self.sender.run(0.5)
        for claim, response in results:
            del self.unanswered[claim.token]
            self.finished.append(judge(claim, response))
        if results:
            self.signal.set()

    def keep_books(self) -> None:
        """The database thread."""
        pending: list[Outcome] = []
        next_poll = 0.0
        try:
            while not (self.stopping and not self.finished and (self.gave_up or not self.dispatcher.in_flight)):
                self.signal.wait(max(0.0, next_poll - time.monotonic()))
                self.signal.clear()
                if self.dispatcher.more:
                    time.sleep(GATHER_SECONDS)  # under load, a moment's patience makes a larger batch
                try:
                    next_poll = self.turn(pending, next_poll)
                except DATABASE_AWAY as error:
                    logger.warning("database_away", error=str(error).strip()[:200])
                    connection.close()
                    next_poll = 0.0
                    if self.stopping:
                        return
                    time.sleep(RECONNECT_SECONDS)
        except BaseException as error:  # noqa: BLE001 (a bug: `run` raises it once the leases are given back)
            self.failure = error
        finally:
            self.stopped.set()
            self.sender.wake()
            connection.close()

    def turn(self, pending: list[Outcome], next_poll: float) -> float:
        """Finish, then claim if there is a reason to; return when to look for work again."""
        while self.finished:
            pending.append(self.finished.popleft())
        freed = bool(pending)
        if pending:
            self.dispatcher.finish(pending)
            pending.clear()
        now = time.monotonic()
        due = self.woken or now >= next_poll or (freed and self.dispatcher.more)
        if self.stopping or not due:
            return next_poll
        self.woken = False
        claims = self.dispatcher.claim()
        if claims:
            self.to_send.extend(claims)
            self.sender.wake()
        return now + POLL_SECONDS

    def abandon(self) -> None:
        """Give back the leases of requests that did not end in time: they may be sent twice, never lost."""
        claims = [*self.unanswered.values(), *self.to_send]
        if not claims:
            return
        try:
            self.dispatcher.give_back(claims)
        except DATABASE_AWAY:
            logger.warning("leases_left_to_expire", count=len(claims))
        finally:
            connection.close()
