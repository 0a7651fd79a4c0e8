"""Child processes that cannot outlive whoever started them."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import sys
import time
from collections.abc import Callable
from pathlib import Path

PR_SET_PDEATHSIG = 1
libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


def end_with_parent(stop_signal: signal.Signals, parent: int) -> Callable[[], None]:
    """A `preexec_fn` that has Linux send `stop_signal` to the child when the starting thread ends, however it ends.

    Start such children from a thread that lives as long as the process `parent`: the main one.
    """

    def arm() -> None:
        if libc is not None:
            libc.prctl(PR_SET_PDEATHSIG, int(stop_signal))
            if os.getppid() != parent:  # the parent died before the call above
                os.kill(os.getpid(), stop_signal)

    return arm


def start_ticks(pid: int) -> str | None:
    """When process `pid` started, in kernel ticks: with the pid it names a process for good. None if it is gone."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
    except OSError:
        return None
    fields = stat.rpartition(")")[2].split()
    return None if fields[0] == "Z" else fields[19]


def kill_group(pid: int) -> None:
    """Kill whatever is left of the process group that `pid` leads."""
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(pid, signal.SIGKILL)


def end_process(pid: int, ticks: str, stop_signal: int, timeout: float = 5.0) -> None:
    """End a process of an earlier run: politely first, then by force, its whole group."""
    if start_ticks(pid) != ticks:
        kill_group_of_dead_leader(pid)
        return
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, stop_signal)
    deadline = time.monotonic() + timeout
    while start_ticks(pid) == ticks and time.monotonic() < deadline:
        time.sleep(0.05)
    kill_group(pid)


def kill_group_of_dead_leader(pid: int) -> None:
    """Kill the members of a group whose leader is gone. A pid is not given out again while a group bears its number."""
    if start_ticks(pid) is None:
        kill_group(pid)
