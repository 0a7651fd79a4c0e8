"""A throw-away instance for benchmarks of the platform's own processes."""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import ExitStack
from typing import Self

from bench.request_path import prepare
from bench.servers import ROOT, services


class Instance:
    """Migrated services; sets the environment of this process and of those it starts. Enter before Django's set-up."""

    def __enter__(self) -> Self:
        self.stack = ExitStack()
        os.environ.update(prepare(self.stack.enter_context(services())))
        return self

    def manage(self, *arguments: str) -> subprocess.Popen[bytes]:
        """Start `manage.py ...`; read or close its standard output."""
        return subprocess.Popen(
            [sys.executable, "-W", "ignore", "manage.py", *arguments], cwd=ROOT, stdout=subprocess.PIPE
        )

    def __exit__(self, *exception: object) -> None:
        self.stack.close()
