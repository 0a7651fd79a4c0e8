"""Programs as forks of one process that has loaded the platform: each starts at once, and they share its memory.

That process is multiprocessing's fork server. It has no threads and no connections, of which a fork of the supervisor
would inherit half.
"""

from __future__ import annotations

import multiprocessing
import os
import runpy
import signal
import sys
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from multiprocessing.context import ForkServerProcess
from pathlib import Path

from setproctitle import setproctitle

from config.environment import ROOT
from config.processes import end_with_parent
from config.runner.output import Output
from config.services import ServiceError

STOP_SIGNAL = signal.SIGTERM
context = multiprocessing.get_context("forkserver")


def start_loading(metrics_dir: Path) -> None:
    """Let the fork server load the platform in the background; the first program waits for it.

    The web processes share their counters in `metrics_dir`.
    """
    os.environ.update(PYTHONUNBUFFERED="1", PROMETHEUS_MULTIPROC_DIR=str(metrics_dir))
    os.chdir(ROOT)  # where `python -m` finds our modules
    context.set_forkserver_preload(["config.runner.loaded"])
    forkserver.ensure_running()


class Fork:
    """A fork that runs, as subprocess.Popen shows a child."""

    def __init__(self, process: ForkServerProcess, pid: int) -> None:
        self.process = process
        self.pid = pid

    def poll(self) -> int | None:
        """What it exited with, the negative signal number when one ended it; None while it runs."""
        return self.process.exitcode

    def wait(self) -> int | None:
        """The same, once it has ended."""
        self.process.join()
        return self.process.exitcode

    def send_signal(self, number: signal.Signals) -> None:
        """Send it, if it still runs."""
        if self.poll() is None:
            os.kill(self.pid, number)

    def kill(self) -> None:
        """End it without asking."""
        self.send_signal(signal.SIGKILL)


@dataclass
class Program:
    """What follows `python` on a command line; its output goes to the common log."""

    name: str
    arguments: Sequence[str]
    output: Output
    stop_signal: signal.Signals = STOP_SIGNAL
    process: Fork | None = None

    def launch(self) -> None:
        """Start it in a session of its own: a Ctrl-C on the terminal reaches the supervisor alone."""
        lines, written = context.Pipe(duplex=False)
        process = context.Process(target=run, args=(list(self.arguments), written), name=self.name)
        try:
            process.start()
        except (OSError, EOFError) as error:
            raise ServiceError(f"{self.name} did not start: the platform could not be loaded.") from error
        finally:
            written.close()
        if process.pid is not None:
            self.process = Fork(process, process.pid)
        threading.Thread(target=self.relay, args=[lines], name=f"log of {self.name}", daemon=True).start()

    def is_up(self) -> bool:
        """What it does is its own business, as soon as it runs."""
        return True

    def relay(self, lines: Connection) -> None:
        """Copy its lines until it closes them."""
        with lines, open(lines.fileno(), "rb", closefd=False) as stream:
            for line in stream:
                self.output.line(self.name, line.decode(errors="replace").rstrip())


def run(arguments: list[str], output: Connection) -> None:
    """In the fork: what `python *arguments` would do in a process of its own."""
    from config.runner.loaded import SERVER  # noqa: PLC0415 (there only in a fork)

    os.setsid()
    end_with_parent(STOP_SIGNAL, SERVER)()
    signal.signal(signal.SIGINT, signal.default_int_handler)
    multiprocessing.set_start_method("fork", force=True)  # its own workers have everything loaded as well
    for descriptor in (sys.stdout.fileno(), sys.stderr.fileno()):
        os.dup2(output.fileno(), descriptor)
    output.close()
    setproctitle(" ".join([sys.executable, *arguments]))
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = list(arguments)
        runpy.run_path(arguments[0], run_name="__main__")
