"""Keys on a running platform with two web processes: revocation, and calls that outlive Valkey and the meter."""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, field
from typing import LiteralString, Self

import pytest
import requests

from tests.running import eventually
from tests.stack import Stack

pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

SEED = """
from authn.services.keys import generate_api_key
from common.principal import SYSTEM
from tests.conftest import make_application, make_partner
application = make_application(make_partner("Acme"))
for _ in range(6):
    issued = generate_api_key(application=application, scopes=["manage:keys"], actor=SYSTEM)
    print("KEY", issued.full_key, issued.api_key.id)
"""
OF_ITS_APPLICATION = "WHERE application_id = (SELECT application_id FROM authn_apikey WHERE id = %s)"
CALLS: LiteralString = f"SELECT count(*) FROM authn_apicall {OF_ITS_APPLICATION}"  # noqa: S608 (a constant of ours)
CALLS_OF_KEY = "SELECT count(*) FROM authn_apicall WHERE credential_id = %s"
USAGE: LiteralString = (
    f"SELECT coalesce(sum(metric_value), 0) FROM billing_partnerusage {OF_ITS_APPLICATION}"  # noqa: S608 (as above)
    " AND metric_name IN ('api_calls', 'rate_limited')"
)


@dataclass
class Traffic:
    """Threads that call with one key, without pause, each over a connection of its own."""

    url: str
    key: str
    threads: int = 4
    answers: list[tuple[float, int]] = field(default_factory=list)  # (when it was asked, status)
    running: bool = True

    def call(self) -> None:
        session = requests.Session()
        session.headers["Authorization"] = f"Bearer {self.key}"
        while self.running:
            asked = time.monotonic()
            self.answers.append((asked, session.get(f"{self.url}/api/keys?limit=1", timeout=30).status_code))

    def __enter__(self) -> Self:
        self.workers = [threading.Thread(target=self.call) for _ in range(self.threads)]
        for worker in self.workers:
            worker.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.running = False
        for worker in self.workers:
            worker.join()


@pytest.fixture(scope="module")
def keys(stack: Stack) -> list[tuple[str, str]]:
    result = stack.platform.manage("shell", "-v", "0", "-c", SEED)
    assert result.returncode == 0, result.stderr
    return [(line.split()[1], line.split()[2]) for line in result.stdout.splitlines() if line.startswith("KEY")]


def stored(stack: Stack, query: LiteralString, key_id: str) -> int:
    """One number from the platform's own PostgreSQL."""
    ((number,),) = stack.query(query, key_id)
    return int(number)


@pytest.mark.parametrize("place", [1, 2, 3])
def test_no_process_accepts_a_key_once_its_revocation_was_answered(
    stack: Stack, keys: list[tuple[str, str]], place: int
) -> None:
    admin_key, (key, key_id) = keys[0][0], keys[place]
    with Traffic(stack.platform.url, key) as traffic:
        eventually(lambda: len(traffic.answers) > 50, 60, "traffic")
        response = requests.delete(
            f"{stack.platform.url}/api/keys/{key_id}", headers={"Authorization": f"Bearer {admin_key}"}, timeout=30
        )
        revoked = time.monotonic()
        assert response.status_code == 204
        eventually(lambda: sum(asked > revoked for asked, _ in traffic.answers) > 50, 60, "traffic")
    before = [status for asked, status in traffic.answers if asked < revoked]
    after = [status for asked, status in traffic.answers if asked > revoked]
    assert 200 in before
    assert set(after) == {401}


def test_every_answered_call_is_counted_once_though_valkey_and_the_meter_are_killed(
    stack: Stack, keys: list[tuple[str, str]]
) -> None:
    key, key_id = keys[4]
    with Traffic(stack.platform.url, key) as traffic:
        for name in ("meter", "valkey", "meter", "valkey"):
            time.sleep(1.5)
            stack.platform.kill(name)
        time.sleep(2)
    statuses = {status for _, status in traffic.answers}
    assert statuses <= {200, 429}
    expected = len(traffic.answers)
    eventually(lambda: stored(stack, CALLS_OF_KEY, key_id) >= expected, 90, "the meter")
    assert stored(stack, CALLS_OF_KEY, key_id) == expected
    assert stored(stack, USAGE, key_id) == stored(stack, CALLS, key_id)
