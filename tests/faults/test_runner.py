"""`manage.py up` on the real thing: start, crash, restart, stop."""

from __future__ import annotations

import itertools
import os
import re
import signal
import stat
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from config.processes import start_ticks
from tests.running import Platform, clean_environment, eventually

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with Platform() as running:
        running.up()
        yield running


def parent_of(pid: int) -> int:
    """The process that started `pid`."""
    return int(Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()[1])


def test_a_second_one_on_the_same_data_says_so(platform: Platform) -> None:
    assert platform.process is not None
    second = subprocess.run(
        platform.command(), env=clean_environment(), capture_output=True, text=True, timeout=60, check=False
    )
    assert second.returncode == 1
    assert second.stderr.strip() == (
        f"Treaty is already running on {platform.directory} (process {platform.process.pid}, {platform.url}). "
        "Stop it there with Ctrl-C, or choose another directory with --data."
    )
    assert platform.is_ready()


def test_a_taken_port_is_named_at_once(platform: Platform) -> None:
    with Platform() as other:
        other.port = platform.port
        other.start()
        assert other.process is not None
        assert other.process.wait(60) == 1
        eventually(lambda: bool(other.lines), 5, "a message")
        assert other.lines == [
            f"Cannot listen on 127.0.0.1:{platform.port} (Address already in use). Choose another --port."
        ]


def test_other_terminals_reach_the_instance(platform: Platform) -> None:
    result = platform.manage("migrate", "--check")
    assert (result.returncode, result.stderr) == (0, "")


@pytest.mark.parametrize("name", ["scheduler", "worker", "meter", "deliver", "web", "streams", "valkey", "postgres"])
def test_what_dies_is_started_again(platform: Platform, name: str) -> None:
    platform.kill(name)
    eventually(platform.is_ready, 30, "readiness")
    assert any(f"{name} was killed by SIGKILL; starting it again in" in line for line in platform.lines)


def test_programs_start_again_when_what_they_are_forked_from_is_killed(platform: Platform) -> None:
    before = {name: entry for name, entry in platform.processes().items() if name not in {"postgres", "valkey"}}
    (server,) = {parent_of(pid) for pid, _ in before.values()}
    assert platform.process is not None
    assert parent_of(server) == platform.process.pid
    os.kill(server, signal.SIGKILL)

    def all_started_again() -> bool:
        now = platform.processes()
        return all(now[name] != before[name] and platform.alive(name) for name in before)

    eventually(all_started_again, 60, "every program")
    eventually(platform.is_ready, 30, "readiness")
    eventually(lambda: all(start_ticks(pid) != ticks for pid, ticks in before.values()), 15, "the end of the old ones")


def test_processes_are_named_by_what_they_run(platform: Platform) -> None:
    lines = {
        name: Path(f"/proc/{pid}/cmdline").read_text(encoding="utf-8")
        for name, (pid, _) in platform.processes().items()
    }
    assert [name for name in ("scheduler", "meter", "deliver", "worker") if "multiprocessing" in lines[name]] == []
    assert "manage.py deliver" in lines["deliver"]
    assert "-m dramatiq" in lines["worker"]
    assert "granian wsgi" in lines["web"]


def test_the_banner_tells_how_long_it_took(platform: Platform) -> None:
    (line,) = [line for line in platform.lines if "Treaty is ready" in line]
    assert re.fullmatch(r"  Treaty is ready after \d+\.\d s\. Ctrl-C stops it\.", line)


def test_a_stream_stays_open_on_a_port_of_its_own(platform: Platform) -> None:
    address = f"{platform.streams_url}/api/events/stream"
    key = platform.manage("create_service_key", "core").stdout.strip()
    headers = {"Authorization": f"Bearer {key}"}
    payload = {"id": "lead_1", "status": "received"}
    body = {"event": "lead.created", "entityType": "lead", "entityId": "lead_1", "payload": payload}

    with requests.get(address, headers=headers, stream=True, timeout=30) as stream:
        assert stream.status_code == 200
        lines = stream.iter_lines(decode_unicode=True)
        assert next(lines) == "retry: 1000"
        answer = requests.post(f"{platform.url}/api/events", json=body, headers=headers, timeout=30)
        assert answer.status_code == 201, answer.text
        assert "event: lead.created" in itertools.islice(lines, 5)


def test_stops_within_ten_seconds_keeps_its_secrets_and_recovers_from_a_kill(platform: Platform) -> None:
    environment_file = platform.directory / "env"
    written = environment_file.read_text(encoding="utf-8")
    assert stat.S_IMODE(environment_file.stat().st_mode) == 0o600
    assert not (platform.directory / "demo.json").exists()
    processes = platform.processes()
    address = f"{platform.streams_url}/api/events/stream"
    key = platform.manage("create_service_key", "reader").stdout.strip()

    with requests.get(address, headers={"Authorization": f"Bearer {key}"}, stream=True, timeout=30) as stream:
        assert stream.status_code == 200
        assert platform.stop() < 10
    assert [name for name, (pid, ticks) in processes.items() if start_ticks(pid) == ticks] == []

    platform.up()
    assert environment_file.read_text(encoding="utf-8") == written
    processes = platform.processes()
    assert platform.process is not None
    os.kill(platform.process.pid, signal.SIGKILL)
    platform.process.wait()
    eventually(
        lambda: all(start_ticks(pid) != ticks for pid, ticks in processes.values()), 15, "the end of every child"
    )

    platform.up()
    assert platform.is_ready()


def test_ctrl_c_stops_it_within_ten_seconds_though_postgresql_recovers(platform: Platform) -> None:
    database = platform.directory / "postgres"
    with (database / "postgresql.auto.conf").open("a", encoding="utf-8") as settings:
        settings.write("restore_command = 'exec sleep 60'\n")  # so that it recovers for as long as we want
    (database / "recovery.signal").touch()
    log = platform.directory / "postgres.log"
    written = log.stat().st_size
    platform.kill("postgres")
    eventually(lambda: "database system was interrupted" in log.read_text(encoding="utf-8")[written:], 20, "recovery")

    platform.kill("web")
    processes = platform.processes()
    took = platform.stop(signal.SIGINT)
    assert took < 10

    def all_ended() -> bool:
        return not [name for name, (pid, ticks) in processes.items() if start_ticks(pid) == ticks]

    eventually(all_ended, 10 - took, "end of every process")  # what had to be killed is still being taken down
