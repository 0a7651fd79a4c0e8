"""A real nginx with the shipped configuration. `python -m tests.nginx` makes sure there is one to start."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.environment import ROOT
from tests.running import free_port, wait_for_port, with_changes

SHIPPED = ROOT / "deploy" / "nginx.conf"
MAIN = """
daemon off;
master_process off;
pid {directory}/pid;
error_log {directory}/error.log;
events {{}}
http {{
    access_log off;
    client_body_temp_path {directory}/body;
    proxy_temp_path {directory}/proxy;
    fastcgi_temp_path {directory}/fastcgi;
    uwsgi_temp_path {directory}/uwsgi;
    scgi_temp_path {directory}/scgi;
    include {directory}/treaty.conf;
}}
"""


def installed_nginx() -> str | None:
    """Path of the system's nginx; None when there is none."""
    return shutil.which("nginx", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def ensure_nginx() -> None:
    """Install nginx by apt when it is missing; only root can."""
    if installed_nginx():
        return
    if os.geteuid() != 0 or not shutil.which("apt-get"):
        raise SystemExit("Tests and benchmarks start a real nginx: install nginx, or its package nginx-light.")
    subprocess.run(["apt-get", "update", "-q"], check=True)
    environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", "nginx-light"]
    subprocess.run(install, check=True, env=environment)


def rendered(*, listen: int, treaty: int, core: int) -> str:
    """The shipped configuration with these ports instead of its own."""
    changes = {
        "listen 8080;": f"listen 127.0.0.1:{listen};",
        "server 127.0.0.1:8000;": f"server 127.0.0.1:{treaty};",
        "server 127.0.0.1:9000;": f"server 127.0.0.1:{core};",
    }
    return with_changes(SHIPPED, changes)


@contextmanager
def nginx(*, treaty: int, core: int) -> Iterator[str]:
    """Nginx in front of both ports; yields its address."""
    program = installed_nginx()
    assert program, "no nginx: run `python -m tests.nginx` (make test does)"
    directory = Path(tempfile.mkdtemp(prefix="treaty-nginx-"))
    port = free_port()
    (directory / "treaty.conf").write_text(rendered(listen=port, treaty=treaty, core=core), encoding="utf-8")
    (directory / "nginx.conf").write_text(MAIN.format(directory=directory), encoding="utf-8")
    command = [program, "-p", str(directory), "-c", str(directory / "nginx.conf"), "-e", str(directory / "error.log")]
    process = subprocess.Popen(command)
    try:
        wait_for_port(port, process, directory / "error.log")
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(10)
        sys.stderr.write((directory / "error.log").read_text(encoding="utf-8"))  # shown when the test fails
        shutil.rmtree(directory, ignore_errors=True)


if __name__ == "__main__":
    ensure_nginx()
