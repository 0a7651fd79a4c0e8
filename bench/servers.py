"""Real services and web servers for a benchmark's lifetime."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from config.services import EmbeddedPostgres, EmbeddedValkey

ROOT = Path(__file__).resolve().parent.parent


def bench_environment() -> dict[str, str]:
    """The environment of the test suite, without its services."""
    lines = (ROOT / "tests" / "env").read_text(encoding="utf-8").split()
    return {**os.environ, **dict(line.split("=", 1) for line in lines), "PYTHONPATH": str(ROOT), "LOG_LEVEL": "ERROR"}


@contextmanager
def services() -> Iterator[dict[str, str]]:
    """PostgreSQL and Valkey in a throw-away directory; yields the environment that points to them."""
    directory = Path(tempfile.mkdtemp(prefix="treaty-bench-"))
    directory.chmod(0o755)
    postgres, valkey = EmbeddedPostgres(directory), EmbeddedValkey(directory)
    try:
        urls = {"DATABASE_URL": postgres.start(), "REDIS_URL": valkey.start(), "TREATY_DATA": str(directory)}
        yield {**bench_environment(), **urls}
    finally:
        valkey.stop()
        postgres.stop()
        shutil.rmtree(directory, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def process_stat(pid: int | str) -> list[str]:
    """The fields of /proc/PID/stat from the third on; empty when the process is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rsplit(")", 1)[1].split()
    except OSError:
        return []


def process_cpu_seconds(pid: int | str) -> float:
    """CPU time of one process so far, its threads included."""
    fields = process_stat(pid)
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") if fields else 0.0


def with_descendants(pid: int) -> list[int]:
    """`pid` and every process that it and its children have started."""
    parents = {int(path.name): process_stat(path.name)[1:2] for path in Path("/proc").glob("[0-9]*")}
    found = [pid]
    for one in found:
        found += [child for child, parent in parents.items() if parent == [str(one)]]
    return found


def move(cpus: set[int], pids: Sequence[int]) -> None:
    """Have every thread of these processes run on `cpus` alone; what they start from now on stays there too."""
    for pid in pids:
        for task in Path(f"/proc/{pid}/task").glob("[0-9]*"):
            with suppress(ProcessLookupError):
                os.sched_setaffinity(int(task.name), cpus)


class WebServer:
    """Granian over a WSGI application: one worker process, as many threads as asked for."""

    def __init__(self, target: str, environment: dict[str, str], *, threads: int = 1, cpu: int | None = None) -> None:
        self.port = free_port()
        command = [sys.executable, "-m", "granian", target, "--interface", "wsgi", "--host", "127.0.0.1"]
        command += ["--port", str(self.port), "--workers", "1", "--blocking-threads", str(threads), "--no-log"]
        self.process = subprocess.Popen(
            command,
            cwd=ROOT,
            env=environment,
            start_new_session=True,
            preexec_fn=None if cpu is None else lambda: os.sched_setaffinity(0, {cpu}),  # noqa: PLW1509 (one thread)
        )
        self.wait_until_ready()

    def wait_until_ready(self) -> None:
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                raise RuntimeError("the web server ended")
            try:
                socket.create_connection(("127.0.0.1", self.port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise RuntimeError("the web server did not start")

    def cpu_seconds(self) -> float:
        """CPU time of the server and its workers so far."""
        pids = [path.name for path in Path("/proc").glob("[0-9]*")]
        session = str(self.process.pid)  # the one that start_new_session made
        return sum(process_cpu_seconds(pid) for pid in pids if process_stat(pid)[3:4] == [session])

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(10)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
