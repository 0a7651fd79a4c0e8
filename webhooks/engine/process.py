"""The delivery process: one thread speaks HTTP, one claims, one records, one listens for wake-ups.

Claiming and recording each have a connection: PostgreSQL works on both at once, and while a thread waits for it, work
piles up, so the busier the process, the larger its batches.
"""

from __future__ import annotations

import threading
import time
import uuid
from collections import deque
from collections.abc import Callable

import psycopg
import structlog
from django.db import InterfaceError, OperationalError, connection

from common.http import DEADLINE_SECONDS, Response
from common.http_pool import Sender
from webhooks.engine.dispatcher import Dispatcher
from webhooks.engine.messages import Claim, Outcome, build_request, judge
from webhooks.services.health import disable_gone_endpoint
from webhooks.wakeups import Listener

POLL_SECONDS = 0.5  # half of what a lost wake-up or the end of a lease may cost
PACED_SECONDS = 0.1  # where an endpoint's requests are counted by the second
LEASE_MARGIN_SECONDS = 5.0
GATHER_SECONDS = 0.01
SENT_AT_ONCE = 32  # so that receivers, the recording thread and this one work at the same time
# Waiting to be sent: with more, nothing is claimed. Claiming walks past every delivery that is leased, so it had better
# be seldom and for many; what is left lasts until the next ones are there.
CLAIM_BELOW = 256
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
        self.unrecorded: list[Outcome] = []
        self.unanswered: dict[int, Claim] = {}  # by identity
        self.due = threading.Event()  # there may be something to claim
        self.answered = threading.Event()  # there is something to record
        self.stopping = False
        self.gave_up = False  # what is in flight is not waited for any longer
        self.stopped = threading.Event()
        self.failure: BaseException | None = None

    def gone(self, endpoint_id: uuid.UUID) -> None:
        """A receiver answered 410."""
        disable_gone_endpoint(endpoint_id=endpoint_id)

    def wake(self) -> None:
        """There may be due work; safe from any thread."""
        self.due.set()

    def stop(self) -> None:
        """Claim nothing more, finish what is in flight, and return from `run`; safe from a signal handler.

        It takes no lock: a handler runs in the thread of `run`, which may hold the one of an event just then.
        """
        self.stopping = True
        if not self.stopped.is_set():
            self.sender.wake()

    def wake_threads(self) -> None:
        """Have the threads look whether they are done."""
        self.due.set()
        self.answered.set()

    def run(self) -> None:
        """Deliver until `stop`."""
        threads = [threading.Thread(target=work, name=work.__name__) for work in (self.claim_due, self.record_answers)]
        self.listener.start()
        for thread in threads:
            thread.start()
        try:
            self.speak_http()
        finally:
            # Whatever happened: a process that claims what it does not send would be worse than none.
            self.gave_up = self.stopping = True
            self.wake_threads()
            self.listener.stop()
            for thread in threads:
                thread.join()
            self.abandon()
            self.sender.close()
        if self.failure is not None:
            raise self.failure

    def speak_http(self) -> None:
        """Send and receive until everything is on record after `stop`, or takes too long."""
        give_up_at = None
        while not self.stopped.is_set():
            self.send_and_receive()
            if self.stopping:
                self.wake_threads()
                give_up_at = give_up_at or time.monotonic() + min(DRAIN_SECONDS, self.deadline)
                if time.monotonic() > give_up_at:
                    break

    def send_and_receive(self) -> None:
        """One turn of the HTTP thread: a part of what waits to be sent, then what has come back meanwhile."""
        waiting = len(self.to_send)
        for _ in range(min(SENT_AT_ONCE, waiting)):
            self.start(self.to_send.popleft())
        if len(self.to_send) <= CLAIM_BELOW < waiting:
            self.due.set()
        results = self.sender.run(0.0 if self.to_send else 0.5)
        for claim, response in results:
            del self.unanswered[id(claim)]
            self.finished.append(judge(claim, response))
        if results:
            self.answered.set()

    def start(self, claim: Claim) -> None:
        """Send one delivery; one that cannot be sent has failed, and is none of the others' business."""
        self.unanswered[id(claim)] = claim
        try:
            self.sender.submit(build_request(claim, deadline=self.deadline), claim)
        except Exception as error:  # what people set up is checked when they do; this slipped through
            logger.exception("delivery_unsendable", delivery=str(claim.delivery_id))
            del self.unanswered[id(claim)]
            claim.started_at = claim.started_at or time.time()
            self.finished.append(judge(claim, Response(error="unsendable", detail=ascii(error))))
            self.answered.set()

    def claim_due(self) -> None:
        """The claiming thread."""
        next_poll = 0.0

        def turn() -> None:
            nonlocal next_poll
            self.due.wait(max(0.0, next_poll - time.monotonic()))
            self.gather()
            self.due.clear()
            if self.stopping:
                return
            if len(self.to_send) > CLAIM_BELOW:
                next_poll = time.monotonic() + POLL_SECONDS  # `send_and_receive` says when
                return
            next_poll = 0.0  # unless it succeeds
            claims = self.dispatcher.claim()
            next_poll = time.monotonic() + (PACED_SECONDS if self.dispatcher.paced else POLL_SECONDS)
            if claims:
                self.to_send.extend(claims)
                self.sender.wake()
                if self.dispatcher.busy:
                    self.due.set()  # the next ones are claimed while these are sent

        self.work(turn, lambda: self.stopping)

    def record_answers(self) -> None:
        """The recording thread; it goes last."""

        def turn() -> None:
            self.answered.wait(POLL_SECONDS)
            self.gather()
            self.answered.clear()
            again = bool(self.unrecorded)
            while self.finished:
                self.unrecorded.append(self.finished.popleft())
            if not self.unrecorded:
                return
            released = self.dispatcher.finish(self.unrecorded, again=again)
            self.unrecorded.clear()
            if released or self.dispatcher.more:
                self.due.set()

        self.work(turn, self.is_drained)
        self.stopped.set()
        self.sender.wake()

    def is_drained(self) -> bool:
        """Whether everything is on record that will be."""
        left = self.finished or self.unrecorded or not (self.gave_up or not self.dispatcher.in_flight)
        return self.stopping and not left

    def gather(self) -> None:
        """Under load, a moment's patience makes a larger batch."""
        if self.dispatcher.busy:
            time.sleep(GATHER_SECONDS)

    def work(self, turn: Callable[[], None], is_over: Callable[[], bool]) -> None:
        """Turn after turn on this thread's connection, which is made anew when PostgreSQL was away."""
        try:
            while not is_over():
                try:
                    turn()
                except DATABASE_AWAY as error:
                    logger.warning("database_away", error=str(error).strip()[:200])
                    connection.close()
                    if self.stopping:
                        return
                    time.sleep(RECONNECT_SECONDS)
        except BaseException as error:  # noqa: BLE001 (a bug: `run` raises it once the leases are given back)
            self.failure = error
            self.stopped.set()
            self.sender.wake()
        finally:
            connection.close()

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
