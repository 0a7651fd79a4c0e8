"""What `manage.py up` writes down for other terminals."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from config.environment import ConfigurationError
from config.runner.instance import SERVICES, Instance, prepare, read_pairs, write_environment
from config.runner.options import parse_options


def test_services_of_one_run_are_told_but_not_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in SERVICES:
        monkeypatch.delenv(name, raising=False)
    instance = Instance(
        data_dir=tmp_path,
        host="127.0.0.1",
        port=8000,
        workers=1,
        demo=False,
        lock=io.StringIO(),
        services=[],
        receiver_port=1,
        streams_port=2,
    )
    path = tmp_path / "env"
    monkeypatch.setenv("BROKER_URL", "amqp://rabbit")
    write_environment(instance)
    first = read_pairs(path)
    assert first["BROKER_URL"] == "amqp://rabbit"

    path.write_text(path.read_text(encoding="utf-8") + "WEBHOOK_MAX_RETRIES=7\n", encoding="utf-8")
    monkeypatch.delenv("BROKER_URL")
    write_environment(instance)
    del first["BROKER_URL"]
    assert read_pairs(path) == {**first, "WEBHOOK_MAX_RETRIES": "7"}


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
