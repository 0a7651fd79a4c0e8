"""The production walkthrough of the operators' guide, followed to the letter in a directory of its own."""

from __future__ import annotations

import os
import re
import secrets
import subprocess
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest
import requests
from psycopg import sql

from config.environment import ROOT
from tests.running import clean_environment, free_port, wait_for_port

pytestmark = pytest.mark.timeout(300)  # every migration runs, from the first

GUIDE = (ROOT / "docs" / "operators.md").read_text(encoding="utf-8")
BLOCKS = [textwrap.dedent(block) for block in re.findall(r"^ *```sh\n(.*?)^ *```$", GUIDE, re.MULTILINE | re.DOTALL)]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
AES_KEY = "a2tra2tra2tra2tra2tra2tra2tra2tra2tra2tra2s="


def block_with(text: str) -> str:
    """The one block of commands or settings that has `text` in it."""
    (block,) = [block for block in BLOCKS if text in block]
    return block


def assignments(text: str) -> dict[str, str]:
    """What systemd reads from an EnvironmentFile: whole lines, in which nothing after the value is a comment."""
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert [line for line in lines if not re.fullmatch(r"[A-Z_]+=\S+", line)] == []
    return dict(line.split("=", 1) for line in lines)


def settings_of(unit: Path) -> list[tuple[str, str]]:
    """The NAME=value lines of a unit file, in order."""
    return re.findall(r"^(\w+)=(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)


@dataclass
class Machine:
    """The guide's paths, moved below one directory."""

    directory: Path
    values: dict[str, str]

    def moved(self, text: str) -> str:
        """A text of the guide or of a unit with this machine's paths."""
        for theirs, ours in {
            "/var/lib/treaty": self.directory / "data",
            "/etc/treaty/env": self.directory / "env",
            "/run/treaty-web": self.directory / "counters",
            "/opt/treaty": ROOT,
        }.items():
            text = text.replace(theirs, str(ours))
        return text


@pytest.fixture(scope="module")
def machine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    """Up to the third step: an empty database whose owner has no other right, a data directory, and the settings."""
    directory = tmp_path_factory.mktemp("production")
    for name in ("data", "counters"):
        (directory / name).mkdir()
    password = secrets.token_urlsafe(12)
    address = urlsplit(os.environ["DATABASE_URL"])
    given = assignments(block_with("TRUSTED_PROXIES="))
    ours = {
        "SECRET_KEY": secrets.token_urlsafe(48),
        "API_KEY_PEPPER": secrets.token_urlsafe(48),
        "FIELD_ENCRYPTION_KEYS": f"2026a:{AES_KEY}",
        "DATABASE_URL": f"postgres://walkthrough:{password}@{address.netloc.rpartition('@')[2]}/walkthrough",
        "REDIS_URL": os.environ["REDIS_URL"],
        "EMAIL_URL": "consolemail://",
    }
    assert {name for name, value in given.items() if "…" in value} == ours.keys()
    values = {**given, **ours}
    (directory / "env").write_text("".join(f"{name}={value}\n" for name, value in values.items()), encoding="utf-8")
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE ROLE walkthrough LOGIN PASSWORD {}").format(password))
        connection.execute("CREATE DATABASE walkthrough OWNER walkthrough")
        yield Machine(directory, values)
        connection.execute("DROP DATABASE walkthrough WITH (FORCE)")
        connection.execute("DROP ROLE walkthrough")


@pytest.fixture(scope="module")
def prepared(machine: Machine) -> Machine:
    """After the third step: its very commands, as whoever runs the tests and answering what is asked beforehand."""
    commands = machine.moved(block_with("treaty migrate")).replace("runuser -u treaty -- ", "")
    commands = commands.replace("treaty createsuperuser", "treaty createsuperuser --noinput")
    answers = {"DJANGO_SUPERUSER_EMAIL": "dana@treaty.test", "DJANGO_SUPERUSER_PASSWORD": "correct horse battery"}
    result = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", commands],
        env={**clean_environment(), **answers},
        cwd="/",
        capture_output=True,
        text=True,
        check=False,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    assert "System check identified no issues (0 silenced)." in result.stdout
    return machine


@pytest.fixture(scope="module")
def web(prepared: Machine) -> Iterator[str]:
    """The web server of the unit file, on a port of its own; yields its address."""
    lines = settings_of(ROOT / "deploy" / "systemd" / "treaty-web.service")
    port = free_port()
    (command,) = [value for name, value in lines if name == "ExecStart"]
    command = prepared.moved(command).replace("--port 8000", f"--port {port}").replace("--workers 4", "--workers 1")
    given = [prepared.moved(value).split("=", 1) for name, value in lines if name == "Environment"]
    log = prepared.directory / "web.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command.split(),
            cwd=ROOT,
            env={**clean_environment(), **prepared.values, **dict(given)},
            stdout=output,
            stderr=output,
        )
    try:
        wait_for_port(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)


def as_the_proxy_asks(url: str) -> requests.Response:
    """A browser's request over HTTPS, passed on from this machine."""
    forwarded = {"Host": "partners.example.com", "X-Forwarded-For": "203.0.113.9", "X-Forwarded-Proto": "https"}
    return requests.get(url, headers=forwarded, timeout=30, allow_redirects=False)


def test_a_page_and_its_style_sheets_are_served_behind_the_proxy(web: str) -> None:
    page = as_the_proxy_asks(f"{web}/accounts/login/")
    assert page.status_code == 200
    sheets = re.findall(r'<link rel="stylesheet" href="([^"]+)"', page.text)
    assert [re.sub(r"\.[0-9a-f]{12}\.", ".", sheet) for sheet in sheets] == ["/static/build/treaty.css"]
    for sheet in sheets:
        answer = as_the_proxy_asks(web + sheet)
        assert (answer.status_code, answer.headers["Content-Type"]) == (200, 'text/css; charset="utf-8"')


def test_plain_http_is_sent_to_https(web: str) -> None:
    answer = requests.get(
        f"{web}/accounts/login/", headers={"Host": "partners.example.com"}, timeout=30, allow_redirects=False
    )
    assert (answer.status_code, answer.headers["Location"]) == (301, "https://partners.example.com/accounts/login/")


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_every_unit_has_the_settings_and_the_directory_of_the_guide(unit: Path) -> None:
    lines = settings_of(unit)
    assert [value for name, value in lines if name == "EnvironmentFile"] == ["/etc/treaty/env"]
    assert ("Environment", "TREATY_DATA=/var/lib/treaty") in lines
    # systemd makes the directory, gives it to the user and lets the service write there.
    assert [value for name, value in lines if name == "StateDirectory"] == ["treaty"]
    (user,) = [value for name, value in lines if name == "User"]
    assert f" {user}\n" in block_with("useradd")
    assert f"install -d -o {user} " in block_with("useradd")
