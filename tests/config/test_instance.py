"""What `manage.py up` writes down for other terminals."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from config.runner.instance import SERVICES, Instance, read_pairs, write_environment


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
