"""Kill -9 of one process after the other, in the middle of traffic: nothing that was answered is lost."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest
import requests

from tests.running import eventually
from tests.stack import Stack, receiving

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]

VICTIMS = ("deliver", "valkey", "meter", "web", "worker", "scheduler", "streams", "postgres")
SECONDS_BETWEEN = 1.5
RATE = 10.0
LEASE_SECONDS = 20


class Load:
    """Threads that keep calling until told to stop, and what they were answered."""

    def __init__(self) -> None:
        self.stopped = threading.Event()
        self.threads: list[threading.Thread] = []
        self.errors: list[BaseException] = []

    def keep(self, call: Callable[[int], None]) -> None:
        """Call `call(n)` at RATE from a thread of its own; a platform that is down for a moment may refuse."""

        def loop() -> None:
            number = 0
            while not self.stopped.wait(1 / RATE):
                number += 1
                try:
                    call(number)
                except requests.RequestException:
                    continue
                except BaseException as error:  # noqa: BLE001 (reported by the test's own thread)
                    self.errors.append(error)
                    return

        thread = threading.Thread(target=loop)
        thread.start()
        self.threads.append(thread)

    def stop(self) -> None:
        self.stopped.set()
        for thread in self.threads:
            thread.join()
        assert self.errors == []


def test_killing_any_process_loses_no_event_no_delivery_and_no_metered_call(stack: Stack) -> None:
    partner, service_key = stack.world["partner"], stack.world["service"]["apiKey"]
    accepted: list[str] = []
    answered: list[str] = []

    def publish(number: int) -> None:
        body = {
            "event": "lead.qualified",
            "entityType": "lead",
            "entityId": f"lead_{number}",
            "payload": {"id": f"lead_{number}", "status": "qualified"},
        }
        response = stack.call("POST", "/api/events", service_key, json=body)
        if response.status_code == 201:
            accepted.append(response.json()["data"]["id"])

    def read(number: int) -> None:
        headers = {"Authorization": f"Bearer {partner['apiKey']}"}
        # In turn from the process of the event streams, which answers every call.
        address = stack.platform.streams_url if number % 2 else stack.platform.url
        response = requests.get(f"{address}/api/webhooks", headers=headers, timeout=15)
        if response.status_code == 200:
            answered.append(response.headers["X-Request-Id"])

    with receiving() as receiver:
        endpoint = {
            "integrationId": partner["integrationId"],
            "endpointUrl": receiver.url,
            "subscribedEvents": ["lead.qualified"],
        }
        assert stack.call("POST", "/api/webhooks", partner["apiKey"], json=endpoint).status_code == 201
        load = Load()
        load.keep(publish)
        load.keep(read)
        try:
            for victim in VICTIMS:
                time.sleep(SECONDS_BETWEEN)
                stack.platform.kill(victim)
                eventually(stack.platform.is_ready, 30, f"readiness after the kill of {victim}")
            time.sleep(SECONDS_BETWEEN)
        finally:
            load.stop()
        assert len(accepted) > 50
        assert len(answered) > 50

        def arrived() -> set[str]:
            return {request.headers["webhook-id"] for request in list(receiver.requests)}

        expected = {f"evt_{event_id.replace('-', '')}" for event_id in accepted}
        eventually(lambda: expected <= arrived(), LEASE_SECONDS + 20, "every accepted event at the receiver")

    stored = {str(row[0]) for row in stack.query("SELECT id FROM events_platformevent")}
    assert set(accepted) <= stored

    def metered() -> Counter[str]:
        rows = stack.query("SELECT request_id FROM authn_apicall WHERE request_id = ANY(%s)", answered)
        return Counter(row[0] for row in rows)

    eventually(lambda: set(answered) <= set(metered()), 30, "every answered call in the request log")
    assert set(metered().values()) == {1}
