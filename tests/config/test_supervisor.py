"""The supervisor's loop, over processes that do nothing."""

from __future__ import annotations

import io
import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.runner.output import Output
from config.runner.supervisor import Supervisor
from config.services import STARTUP_SECONDS, EmbeddedService, ServiceError

IDLE = ["sleep", "60"]


class Service(EmbeddedService):
    """A server that recovers for as long as the test wants."""

    answering = True

    def __init__(self, data_dir: Path, name: str = "service") -> None:
        self.name = name
        super().__init__(data_dir)

    def command(self) -> list[str]:
        return IDLE

    def answers(self) -> bool:
        return self.answering


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    supervisor = Supervisor(Output(io.StringIO()), tmp_path / "processes.json")
    yield supervisor
    supervisor.stop()


@pytest.fixture
def service(tmp_path: Path) -> Service:
    return Service(tmp_path)


def pid_of(what: Service) -> int:
    assert what.process is not None
    return what.process.pid


def test_others_are_watched_and_a_stop_is_heard_while_a_service_recovers(
    supervisor: Supervisor, service: Service, tmp_path: Path
) -> None:
    other = Service(tmp_path, "other")
    supervisor.start(service)
    supervisor.start(other)
    first = {service.name: pid_of(service), other.name: pid_of(other)}
    service.answering = False
    os.kill(first["service"], signal.SIGKILL)
    started = time.monotonic()
    killed: list[int] = []

    def on_tick() -> None:
        if pid_of(other) != first["other"]:
            supervisor.request_stop()
        elif pid_of(service) != first["service"] and not killed:
            killed.append(first["other"])
            os.kill(first["other"], signal.SIGKILL)

    supervisor.run(on_tick)
    supervisor.stop()
    assert time.monotonic() - started < STARTUP_SECONDS / 2
    assert not supervisor.record.exists()


def test_a_stop_is_heard_while_a_service_starts(supervisor: Supervisor, service: Service) -> None:
    service.answering = False
    threading.Timer(0.2, supervisor.request_stop).start()
    started = time.monotonic()
    supervisor.start(service)
    assert time.monotonic() - started < STARTUP_SECONDS / 2
    assert supervisor.stopping


def test_a_service_that_ends_while_it_starts_is_tried_again(supervisor: Supervisor, service: Service) -> None:
    supervisor.start(service)
    service.answering = False
    pids = [pid_of(service)]
    os.kill(pids[0], signal.SIGKILL)

    def on_tick() -> None:
        if pid_of(service) not in pids:
            pids.append(pid_of(service))
            os.kill(pids[-1], signal.SIGKILL)
        if len(pids) == 3:
            supervisor.request_stop()

    supervisor.run(on_tick)
    assert isinstance(supervisor.output.stream, io.StringIO)
    assert [line.partition("│ ")[2] for line in supervisor.output.stream.getvalue().splitlines()] == [
        "service was killed by SIGKILL; starting it again in 0.25 s",
        "service did not start; starting it again in 0.5 s",
    ]


def test_a_service_that_never_starts_is_told_with_its_log(
    supervisor: Supervisor, service: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Service, "command", lambda _: ["sh", "-c", "echo out of luck"])
    service.answering = False
    with pytest.raises(ServiceError, match=r"service did not start:\nout of luck"):
        supervisor.start(service)
