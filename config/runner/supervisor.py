"""Runs the processes of the platform: starts, restarts with back-off, stops them all within seconds."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from config.processes import kill_group, start_ticks
from config.runner.output import Output
from config.services import POLL_SECONDS, EmbeddedService, ServiceError

FIRST_DELAY = 0.25
LONGEST_DELAY = 15.0
STABLE_AFTER = 20.0  # seconds after which a restart counts as a success
PROGRAM_GRACE = 4.0  # seconds to finish what is in flight
SERVICE_GRACE = 3.0  # seconds for the services afterwards: ten altogether, with room to spare


class Running(Protocol):
    """A process as subprocess.Popen shows it."""

    pid: int

    def poll(self) -> int | None:
        """What it exited with, the negative signal number when one ended it; None while it runs."""

    def wait(self) -> int | None:
        """The same, once it has ended."""

    def send_signal(self, number: signal.Signals, /) -> None:
        """Send it, if it still runs."""

    def kill(self) -> None:
        """End it without asking."""


class Startable(Protocol):
    """What the supervisor runs: a program of ours or an embedded service."""

    name: str
    stop_signal: signal.Signals

    @property
    def process(self) -> Running | None:
        """What was launched last."""

    def launch(self) -> None:
        """Start it without waiting for it; raises OSError or ServiceError."""

    def is_up(self) -> bool:
        """Whether what was launched works; raises ServiceError when it never will."""


@dataclass
class Supervised:
    """A startable and how its restarts have gone."""

    what: Startable
    failures: int = 0
    starting: bool = False
    started_at: float = 0.0
    due_at: float | None = None


class Supervisor:
    """Keeps everything it was given running until `request_stop`."""

    def __init__(self, output: Output, record: Path) -> None:
        self.output = output
        self.record = record
        self.supervised: list[Supervised] = []
        self.stop_requested_at: float | None = None
        self.insisted = False

    def handle_signals(self) -> None:
        """Stop on Ctrl-C, SIGTERM and a closed terminal."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, lambda *_: self.request_stop())

    @property
    def stopping(self) -> bool:
        """Whether a stop was asked for."""
        return self.stop_requested_at is not None

    def request_stop(self) -> None:
        """Stop at the next occasion. Asked again later, by force; at once is a parent passing the same signal on."""
        now = time.monotonic()
        if self.stop_requested_at is None:
            self.stop_requested_at = now
        elif now - self.stop_requested_at > 1.0:
            self.insisted = True

    def start(self, what: Startable) -> None:
        """Start and watch `what`, and wait until it is up or a stop is requested; raises when that fails."""
        entry = Supervised(what)
        self.supervised.append(entry)
        self.launch(entry)
        while not self.settle(entry) and not self.stopping:
            time.sleep(POLL_SECONDS)

    def launch(self, entry: Supervised) -> None:
        """Start it now."""
        entry.due_at = None
        entry.what.launch()
        entry.starting = True
        self.write_record()

    def settle(self, entry: Supervised) -> bool:
        """Whether it is up after its launch."""
        if entry.what.is_up():
            entry.starting = False
            entry.started_at = time.monotonic()
        return not entry.starting

    def run(self, on_tick: Callable[[], None]) -> None:
        """Watch until a stop is requested."""
        while not self.stopping:
            for entry in self.supervised:
                self.watch(entry)
            on_tick()
            time.sleep(0.1)

    def watch(self, entry: Supervised) -> None:
        """Bring it on by one step, without waiting for it; a failed try to start it is one more failure."""
        try:
            if entry.due_at is not None:
                if time.monotonic() >= entry.due_at:
                    self.launch(entry)
            elif entry.starting:
                self.settle(entry)
            else:
                self.notice_end(entry)
        except (OSError, ServiceError) as error:
            entry.starting = False
            self.schedule(entry, f"did not start ({error.strerror})" if isinstance(error, OSError) else "did not start")

    def notice_end(self, entry: Supervised) -> None:
        """Have it started again when it died."""
        process = entry.what.process
        code = None if process is None else process.poll()
        if process is not None and code is not None:
            kill_group(process.pid)  # its own children must not hold on to its port
            if time.monotonic() - entry.started_at > STABLE_AFTER:
                entry.failures = 0
            self.schedule(entry, describe_exit(code))

    def schedule(self, entry: Supervised, why: str) -> None:
        """Say what happened, and wait twice as long as the last time."""
        delay = min(FIRST_DELAY * 2**entry.failures, LONGEST_DELAY)
        entry.failures += 1
        entry.due_at = time.monotonic() + delay
        self.output.line("up", f"{entry.what.name} {why}; starting it again in {delay:g} s")

    def stop(self) -> None:
        """Stop programs, then services; kill what takes too long."""
        services = [entry.what for entry in self.supervised if isinstance(entry.what, EmbeddedService)]
        programs = [entry.what for entry in self.supervised if not isinstance(entry.what, EmbeddedService)]
        for service in services:
            service.announce_stop()
        self.end(programs, PROGRAM_GRACE)
        self.end(services, SERVICE_GRACE)
        self.record.unlink(missing_ok=True)

    def end(self, group: Sequence[Startable], grace: float) -> None:
        """Ask each of `group` to stop, wait `grace` seconds in all, then insist."""
        running = [what for what in group if what.process is not None and what.process.poll() is None]
        for what in running:
            if what.process is not None:
                what.process.send_signal(what.stop_signal)
        deadline = time.monotonic() + grace
        while any(what.process is not None and what.process.poll() is None for what in running):
            if time.monotonic() > deadline or self.insisted:
                break
            time.sleep(0.05)
        for what in group:
            if what.process is not None:
                if what.process.poll() is None:
                    self.output.line("up", f"{what.name} did not stop in time; killing it")
                    what.process.kill()
                kill_group(what.process.pid)
                what.process.wait()

    def write_record(self) -> None:
        """Name every process, for a later run to end what a killed supervisor could not."""
        entries = [
            {
                "name": entry.what.name,
                "pid": entry.what.process.pid,
                "ticks": start_ticks(entry.what.process.pid),
                "signal": int(entry.what.stop_signal),
            }
            for entry in self.supervised
            if entry.what.process is not None
        ]
        temporary = self.record.with_suffix(".new")
        temporary.write_text(json.dumps(entries), encoding="utf-8")
        temporary.replace(self.record)


def describe_exit(code: int) -> str:
    """An exit code in words."""
    return f"was killed by {signal.Signals(-code).name}" if code < 0 else f"exited with code {code}"
