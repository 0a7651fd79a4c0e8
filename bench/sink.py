"""A receiver that answers 200 as fast as it can: nginx."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.servers import free_port, with_descendants

CONFIGURATION = """
worker_processes 1; daemon off; pid {directory}/nginx.pid; error_log {directory}/error.log crit;
events {{ worker_connections 4096; }}
http {{
  access_log off; client_body_temp_path {directory}/b; proxy_temp_path {directory}/p; fastcgi_temp_path {directory}/f;
  uwsgi_temp_path {directory}/u; scgi_temp_path {directory}/s; keepalive_requests 10000000; keepalive_timeout 300;
  server {{ listen 127.0.0.1:{port} backlog=4096; location / {{ return 200 ok; }} }}
}}
"""


@contextlib.contextmanager
def sink() -> Iterator[str]:
    """Yield its URL. Enter after the instance: what is imported here reads its environment."""
    from tests.nginx import installed_nginx

    nginx = installed_nginx()
    if nginx is None:
        raise SystemExit("The receiver is nginx: install it, or its package nginx-light.")
    port = free_port()
    directory = Path(tempfile.mkdtemp(prefix="treaty-sink-"))
    (directory / "nginx.conf").write_text(CONFIGURATION.format(directory=directory, port=port))
    process = subprocess.Popen(
        [nginx, "-c", str(directory / "nginx.conf"), "-p", str(directory)], stderr=subprocess.DEVNULL
    )
    try:
        for _ in range(100):
            with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
                break
            time.sleep(0.05)
        never_preempt(process.pid)
        yield f"http://127.0.0.1:{port}/hook"
    finally:
        process.terminate()
        process.wait()
        shutil.rmtree(directory, ignore_errors=True)


def never_preempt(pid: int) -> None:
    """Have it wait for a free CPU: it stands for other machines, and those interrupt no sender at each request."""
    for one in with_descendants(pid):
        os.sched_setscheduler(one, os.SCHED_BATCH, os.sched_param(0))
