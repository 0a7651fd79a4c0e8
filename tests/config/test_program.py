"""Programs as forks of one process: what the supervisor sees of them."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.environment import ROOT
from config.runner import program
from config.runner.output import Output
from config.runner.program import Program
from tests.running import eventually


@pytest.fixture
def output(tmp_path: Path) -> Iterator[Output]:
    """A common log; the fork server runs meanwhile."""
    directory, environment = Path.cwd(), dict(os.environ)
    program.start_loading(tmp_path)
    yield Output(io.StringIO())
    os.chdir(directory)
    for name in ("PYTHONUNBUFFERED", "PROMETHEUS_MULTIPROC_DIR"):
        os.environ.pop(name)
    os.environ.update(environment)


def written(output: Output) -> str:
    assert isinstance(output.stream, io.StringIO)
    return output.stream.getvalue()


def started(output: Output, *arguments: str) -> program.Fork:
    what = Program("try", arguments, output)
    what.launch()
    assert what.process is not None
    return what.process


def test_a_program_writes_to_the_common_log_and_ends_with_its_exit_code(output: Output) -> None:
    process = started(output, "manage.py", "no_such_command")
    assert process.wait() == 1
    eventually(lambda: "Unknown command: 'no_such_command'" in written(output), 5, "its output")
    assert all(line.startswith("      try │ ") for line in written(output).splitlines())


def test_a_module_runs_as_python_runs_it(output: Output) -> None:
    process = started(output, "-m", "platform", "--terse")
    assert process.wait() == 0
    eventually(lambda: "Linux" in written(output), 5, "its output")


def test_it_leads_a_session_of_its_own_and_hears_signals(output: Output) -> None:
    process = started(output, "-m", "http.server", "--bind", "127.0.0.1", "0")
    eventually(lambda: "Serving HTTP" in written(output), 20, "the server")
    assert process.poll() is None
    assert os.getsid(process.pid) == process.pid
    assert Path(f"/proc/{process.pid}/cwd").resolve() == ROOT
    process.send_signal(signal.SIGTERM)
    assert process.wait() == -signal.SIGTERM
    process.kill()  # gone already


def test_it_finds_the_platform_loaded(output: Output) -> None:
    process = started(output, "-m", "tests.config.loaded_modules")
    assert process.wait() == 0
    eventually(lambda: "True 1" in written(output), 5, "its output")
