"""Two schedulers: one sends the jobs, the other takes over when it dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from config.environment import ROOT
from tests.running import eventually

pytestmark = pytest.mark.faults


@contextmanager
def scheduler() -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """A running `manage.py schedule` and its lines so far."""
    process = subprocess.Popen(
        [sys.executable, "-W", "ignore", str(ROOT / "manage.py"), "schedule"],
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "PYTHONUNBUFFERED": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    lines: list[str] = []

    def read() -> None:
        if process.stdout is not None:
            with process.stdout as output:
                for line in output:
                    lines.append(line)  # noqa: PERF402 (one by one, while it runs)

    reader = threading.Thread(target=read)
    reader.start()
    try:
        yield process, lines
    finally:
        process.kill()
        process.wait()
        reader.join()


def says(lines: list[str], event: str) -> bool:
    return any(event in line for line in lines)


def test_one_is_active_and_the_other_takes_over() -> None:
    with scheduler() as (first, first_lines):
        eventually(lambda: says(first_lines, "scheduler_active"), 60, "the first one active")
        with scheduler() as (second, second_lines):
            eventually(lambda: says(second_lines, "scheduler_standing_by"), 60, "the second one standing by")
            assert not says(second_lines, "scheduler_active")
            first.send_signal(signal.SIGKILL)
            eventually(lambda: says(second_lines, "scheduler_active"), 20, "the second one active")
            second.send_signal(signal.SIGTERM)
            assert second.wait(10) == 0
