"""A whole platform, started by `manage.py up` in a directory of its own, as an operator would."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

import requests

from config.declarations import environment
from config.environment import ROOT
from config.processes import start_ticks

READY_SECONDS = 240.0  # on an idle machine it takes about ten


def free_port() -> int:
    """A port of 127.0.0.1 nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


def wait_for_port(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    """Until `process` listens; its log when it does not."""
    deadline = time.monotonic() + 20
    while True:
        assert process.poll() is None, log.read_text(encoding="utf-8")
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            assert time.monotonic() < deadline, log.read_text(encoding="utf-8")
            time.sleep(0.02)
        else:
            return


def with_changes(shipped: Path, changes: dict[str, str]) -> str:
    """The text of a shipped file with each piece, which must stand there once, replaced."""
    text = shipped.read_text(encoding="utf-8")
    for piece, ours in changes.items():
        assert text.count(piece) == 1, piece
        text = text.replace(piece, ours)
    return text


def clean_environment() -> dict[str, str]:
    """The environment without anything that configures Treaty or its tests."""
    ours = {*(variable.name for variable in environment.variables), "TREATY_DATA", "DJANGO_SETTINGS_MODULE"}
    return {name: value for name, value in os.environ.items() if name not in ours}


def eventually(condition: Callable[[], bool], seconds: float, what: str) -> None:
    """Wait until `condition()`; fail naming `what` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, f"{what}: not within {seconds:g} s"
        time.sleep(0.05)


class Platform:
    """`manage.py up` as a child of the test. A context manager: the directory goes when it ends."""

    def __init__(self, *options: str, demo: bool = False) -> None:
        self.directory = Path(tempfile.mkdtemp(prefix="treaty-up-"))
        self.directory.chmod(0o755)
        self.port = free_port()
        self.options = [*options, "--demo" if demo else "--no-demo"]
        self.process: subprocess.Popen[str] | None = None
        self.lines: list[str] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def streams_url(self) -> str:
        """Where the banner says that event streams stay open."""
        (address,) = re.findall(r"Event streams +(\S+)/api/events/stream", "\n".join(self.lines))
        return str(address)

    def command(self) -> list[str]:
        options = ["--data", str(self.directory), "--port", str(self.port), *self.options]
        return [sys.executable, str(ROOT / "manage.py"), "up", *options]

    def start(self) -> None:
        """Start it without waiting."""
        self.process = subprocess.Popen(
            self.command(),
            env=clean_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        threading.Thread(target=self.read, args=[self.process], daemon=True).start()

    def read(self, process: subprocess.Popen[str]) -> None:
        if process.stdout is not None:
            with process.stdout as output:
                for line in output:
                    self.lines.append(line.rstrip("\n"))

    def wait_until_ready(self) -> None:
        """Until the banner is printed."""

        def ready() -> bool:
            assert self.process is not None
            assert self.process.poll() is None, "\n".join(self.lines)
            return any("Treaty is ready" in line for line in self.lines)

        eventually(ready, READY_SECONDS, "ready:\n" + "\n".join(self.lines))

    def up(self) -> None:
        """Start it and wait until it is ready."""
        self.lines = []
        self.start()
        self.wait_until_ready()

    def stop(self, number: signal.Signals = signal.SIGTERM) -> float:
        """Send the signal; the seconds it took to end with exit code 0."""
        assert self.process is not None
        started = time.monotonic()
        self.process.send_signal(number)
        assert self.process.wait(20) == 0, "\n".join(self.lines)
        return time.monotonic() - started

    def processes(self) -> dict[str, tuple[int, str]]:
        """Name -> (pid, start ticks) of every process the supervisor runs now."""
        path = self.directory / "processes.json"
        entries = json.loads(path.read_text(encoding="utf-8")) if path.exists() else []
        return {entry["name"]: (entry["pid"], entry["ticks"]) for entry in entries}

    def alive(self, name: str) -> bool:
        pid, ticks = self.processes()[name]
        return start_ticks(pid) == ticks

    def kill(self, name: str) -> None:
        """Kill -9 one process and wait until the supervisor has started it again."""
        before = self.processes()[name]
        os.kill(before[0], signal.SIGKILL)
        eventually(lambda: self.processes()[name] != before and self.alive(name), 30, f"restart of {name}")

    def is_ready(self) -> bool:
        try:
            return requests.get(f"{self.url}/readyz", timeout=5).status_code == 200
        except requests.RequestException:
            return False

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Another terminal's `manage.py ...` on this instance."""
        return subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *arguments],
            env={**clean_environment(), "TREATY_DATA": str(self.directory)},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        shutil.rmtree(self.directory, ignore_errors=True)
