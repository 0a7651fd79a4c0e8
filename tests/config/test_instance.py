"""What `manage.py up` writes down for other terminals."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from config.declarations import environment as variables
from config.environment import ConfigurationError
from config.runner.instance import KEPT, Instance, kept_lines, prepare, read_pairs, write_environment
from config.runner.options import parse_options


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing but what a test sets."""
    for variable in variables.variables:
        monkeypatch.delenv(variable.name, raising=False)


def write(directory: Path, *, demo: bool = False) -> list[str]:
    """The environment file as another run on 127.0.0.1:8000 writes it, line by line."""
    instance = Instance(
        data_dir=directory,
        host="127.0.0.1",
        port=8000,
        workers=1,
        demo=demo,
        lock=io.StringIO(),
        services=[],
        receiver_port=1,
        streams_port=2,
    )
    path = directory / "env"
    write_environment(instance, kept_lines(path))
    return path.read_text(encoding="utf-8").splitlines()


def add(directory: Path, *lines: str) -> None:
    """What an operator appends."""
    with (directory / "env").open("a", encoding="utf-8") as file:
        file.writelines(f"{line}\n" for line in lines)


def test_services_of_one_run_are_told_but_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BROKER_URL", "amqp://rabbit")
    first = write(tmp_path)
    assert "BROKER_URL=amqp://rabbit" in first

    monkeypatch.delenv("BROKER_URL")
    assert write(tmp_path) == [line for line in first if not line.startswith("BROKER_URL")]


def test_added_lines_and_comments_stay_and_win(tmp_path: Path) -> None:
    first = write(tmp_path)
    assert {"PUBLIC_URL=http://127.0.0.1:8000", "LOG_FORMAT=console"} < set(first)
    added = ["", "# through a tunnel", "PUBLIC_URL=https://treaty.example.com", "LOG_FORMAT='json'", "COMPANY_NAME=A=B"]
    add(tmp_path, *added)

    second = write(tmp_path)
    overruled = ("PUBLIC_URL=", "LOG_FORMAT=")
    assert second == [*(line for line in first if not line.startswith(overruled)), *added]
    assert write(tmp_path) == second
    assert read_pairs(tmp_path / "env")["COMPANY_NAME"] == "A=B"


def test_what_an_option_asks_for_is_written_anew(tmp_path: Path) -> None:
    before = set(write(tmp_path))
    after = set(write(tmp_path, demo=True))
    assert before - after == {"DEMO=false", "WEBHOOK_ALLOWED_NETWORKS="}
    assert after - before == {"DEMO=true", "WEBHOOK_ALLOWED_NETWORKS=127.0.0.1/32"}


def test_the_environment_of_a_run_goes_before_what_was_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path)
    add(tmp_path, "WEBHOOK_MAX_RETRIES=7")
    monkeypatch.setenv("WEBHOOK_MAX_RETRIES", "9")
    monkeypatch.setenv("HTTPS", "true")
    assert {"WEBHOOK_MAX_RETRIES=9", "HTTPS=true"} < set(write(tmp_path))


def test_a_file_without_its_marker_loses_no_secret_and_no_line_of_others(tmp_path: Path) -> None:
    first = write(tmp_path)
    add(tmp_path, "# mine", "WEBHOOK_MAX_RETRIES=7")
    path = tmp_path / "env"
    text = path.read_text(encoding="utf-8")
    path.write_text(text.replace(f"{KEPT}\n", "# Kept from run to run:\n"), encoding="utf-8")
    assert write(tmp_path) == [*first, "# mine", "WEBHOOK_MAX_RETRIES=7"]


@pytest.mark.parametrize(
    ("arguments", "complaint"),
    [
        (["--port", "99999"], "argument --port: 99999 is not between 1 and 65535"),
        (["--port", "0"], "argument --port: 0 is not between 1 and 65535"),
        (["--port", "x"], "argument --port: invalid int value: 'x'"),
        (["--workers", "0"], "argument --workers: 0 is not between 1 and 512"),
    ],
)
def test_an_option_out_of_range_is_named(
    capsys: pytest.CaptureFixture[str], arguments: list[str], complaint: str
) -> None:
    with pytest.raises(SystemExit) as exit_info:
        parse_options(arguments)
    assert exit_info.value.code == 2
    assert complaint in capsys.readouterr().err


def test_a_directory_that_cannot_be_made_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(ConfigurationError) as error_info:
        prepare(["--data", str(tmp_path / "file" / "data")])
    assert str(error_info.value) == f"Cannot write to {tmp_path}/file/data (Not a directory). Choose another --data."
