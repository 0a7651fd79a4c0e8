"""Loaded once by the fork server, before it forks the programs: everything that they would each import."""

from __future__ import annotations

import gc
import importlib
import os
import signal
import sys
from pathlib import Path

import django

from config.processes import end_with_parent
from config.runner.program import STOP_SIGNAL

SERVER = os.getpid()

# It ends with the supervisor, and they with it. A Ctrl-C on the terminal is the supervisor's business.
end_with_parent(STOP_SIGNAL, os.getppid())()
signal.signal(signal.SIGINT, signal.SIG_IGN)
with Path(os.devnull).open("wb") as nowhere:  # programs bring their own output, which is no terminal
    os.dup2(nowhere.fileno(), sys.stdout.fileno())
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup(set_prefix=False)

from common.queue import actor_modules  # noqa: E402 (models are ready only now)

for module in ("config.urls", "django_dramatiq.setup", *actor_modules(), "dramatiq.cli", "granian.cli"):
    importlib.import_module(module)
# The collector would write to every page that the programs share.
gc.collect()
gc.freeze()
