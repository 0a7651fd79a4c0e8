"""Believable traffic against a running instance, over HTTP as partners and the core platform would make it."""

from __future__ import annotations

import random
import threading
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from statistics import quantiles
from typing import Any

import requests

THREADS = 8
TIMEOUT = 15
PUBLISHED = ("lead.created", "lead.qualified", "lead.assigned", "policy.created", "policy.renewed", "claim.filed")
READ = (
    "/api/webhooks",
    "/api/events?limit=20",
    "/api/applications",
    "/api/integrations",
    "/api/event-types",
    "/api/keys",
)


@dataclass
class Tally:
    """What was sent and what came back."""

    statuses: list[int] = field(default_factory=list)
    seconds: list[float] = field(default_factory=list)
    events: list[str] = field(default_factory=list)
    failures: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def answered(self, status: int, seconds: float) -> None:
        """One answer."""
        with self.lock:
            self.statuses.append(status)
            self.seconds.append(seconds)

    def unanswered(self) -> None:
        """One request without an answer."""
        with self.lock:
            self.failures += 1

    def published(self, event_id: str) -> None:
        """One event the platform accepted."""
        with self.lock:
            self.events.append(event_id)

    def count(self, first_digit: int) -> int:
        """Answers of 2xx, 4xx, ..."""
        return sum(status // 100 == first_digit for status in self.statuses)

    def percentile(self, percent: int) -> float:
        """Of the response times, in milliseconds; 0 without any."""
        if len(self.seconds) < 2:
            return 1000 * sum(self.seconds)
        return 1000 * quantiles(self.seconds, n=100, method="inclusive")[percent - 1]


@dataclass
class Traffic:
    """Half events of the core platform, half reads of the partners."""

    base_url: str
    world: dict[str, Any]
    examples: dict[str, dict[str, Any]]
    seed: int = 1

    def __post_init__(self) -> None:
        self.tally = Tally()
        self.local = threading.local()
        self.dice = random.Random(self.seed)  # noqa: S311 (traffic, not a secret)

    def run(self, *, rate: float, seconds: float, advance: Callable[[int], None]) -> Tally:
        """Send `rate` requests a second for `seconds`; `advance(1)` after each."""
        with ThreadPoolExecutor(THREADS) as pool:
            for due, job in self.schedule(rate, seconds):
                time.sleep(max(0.0, due - time.monotonic()))
                pool.submit(job).add_done_callback(lambda _: advance(1))
        return self.tally

    def schedule(self, rate: float, seconds: float) -> Iterator[tuple[float, Callable[[], None]]]:
        """When each request is due, and the request."""
        started = time.monotonic()
        for number in range(int(rate * seconds)):
            yield started + number / rate, self.publish if number % 2 == 0 else self.read

    def publish(self) -> None:
        """One event."""
        name = self.dice.choice([name for name in PUBLISHED if name in self.examples])
        entity = str(uuid.uuid4())
        body = {
            "event": name,
            "entityType": name.partition(".")[0],
            "entityId": entity,
            "payload": {**self.examples[name], "id": entity},
        }
        response = self.send("POST", "/api/events", self.world["service"]["apiKey"], json=body)
        if response is not None and response.status_code == 201:
            self.tally.published(response.json()["data"]["id"])

    def read(self) -> None:
        """One call of a partner."""
        key = self.dice.choice([self.world["partner"]["apiKey"], self.world["stranger"]["apiKey"]])
        self.send("GET", self.dice.choice(READ), key)

    def send(self, method: str, path: str, key: str, **options: Any) -> requests.Response | None:
        """One request on this thread's connection; None when no answer came."""
        session: requests.Session | None = getattr(self.local, "session", None)
        if session is None:
            session = self.local.session = requests.Session()
        started = time.perf_counter()
        try:
            response = session.request(
                method,
                self.base_url + path,
                headers={"Authorization": f"Bearer {key}"},
                timeout=TIMEOUT,
                allow_redirects=False,
                **options,
            )
        except requests.RequestException:
            self.tally.unanswered()
            return None
        self.tally.answered(response.status_code, time.perf_counter() - started)
        return response
