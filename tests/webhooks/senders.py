"""`manage.py deliver` as real processes on the test database."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import threading
import time
from datetime import datetime
from typing import Self

from django.db import connection
from django.utils import timezone

from config.environment import ROOT
from webhooks.engine.process import LEASE_MARGIN_SECONDS

PROCESSES = 3
DEADLINE = 2.0
LEASE = DEADLINE + LEASE_MARGIN_SECONDS
START_UP = 30.0  # for Django's imports, which are not what is measured; two seconds on an idle machine
dice = random.Random()  # noqa: S311 (keeps no secret)


def environment_of(valkey_url: str) -> dict[str, str]:
    """The environment of a process that works on the test database."""
    database = os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{connection.settings_dict['NAME']}"
    return {
        **os.environ,
        "DATABASE_URL": database,
        "REDIS_URL": valkey_url,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "PYTHONWARNINGS": "ignore",
    }


class Senders:
    """Delivery processes, killed and started again."""

    def __init__(self, environment: dict[str, str], *, count: int = PROCESSES, deadline: float = DEADLINE) -> None:
        self.environment, self.deadline = environment, deadline
        self.ready: dict[int, datetime] = {}
        self.processes = [self.start() for _ in range(count)]

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exception: object) -> None:
        """A test that failed leaves none of them behind."""
        for process in self.processes:
            process.kill()
            process.wait()

    def start(self) -> subprocess.Popen[bytes]:
        command = [sys.executable, str(ROOT / "manage.py"), "deliver", "--deadline", str(self.deadline)]
        process = subprocess.Popen(command, env=self.environment, cwd=ROOT, stdout=subprocess.PIPE)
        threading.Thread(target=self.watch, args=(process,), daemon=True).start()
        return process

    def watch(self, process: subprocess.Popen[bytes]) -> None:
        """Note when a process is at work: one that is still starting up is not worth killing."""
        assert process.stdout is not None
        with process.stdout as output:
            if output.readline():
                self.ready[process.pid] = timezone.now()
            output.read()

    def kill_one(self) -> bool:
        """Kill -9 one that is at work, and start another in its place; whether there was one."""
        working = [index for index, process in enumerate(self.processes) if process.pid in self.ready]
        if working:
            index = dice.choice(working)
            self.processes[index].kill()
            self.processes[index].wait()
            self.processes[index] = self.start()
        return bool(working)

    def wait_until_ready(self) -> datetime:
        """Since when all of them are at work."""
        deadline = time.monotonic() + START_UP
        pids = {process.pid for process in self.processes}
        while not self.ready.keys() >= pids:
            assert time.monotonic() < deadline, "a delivery process does not start"
            time.sleep(0.02)
        return max(self.ready[pid] for pid in pids)

    def stop(self) -> list[int]:
        """SIGTERM; the exit codes."""
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        try:
            return [process.wait(30) for process in self.processes]
        finally:
            for process in self.processes:
                process.kill()
