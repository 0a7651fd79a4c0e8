"""The programs of a running platform and their command lines."""

from __future__ import annotations

import sys

from common.queue import actor_modules
from config.environment import ROOT
from config.runner.instance import Instance
from config.runner.output import Output
from config.runner.supervisor import Program

BLOCKING_THREADS = 4


def programs(instance: Instance, output: Output) -> list[Program]:
    """Everything but the services, in the order in which it is started."""
    workers = str(instance.workers)
    metrics = {"PROMETHEUS_MULTIPROC_DIR": str(instance.metrics_dir)}
    receiver = Program("receiver", manage("demo_receiver", "--port", str(instance.receiver_port)), output)
    return [
        Program("web", granian(instance), output, metrics),
        Program("worker", dramatiq(workers), output),
        Program("scheduler", manage("schedule"), output),
        Program("meter", manage("meter"), output),
        Program("deliver", manage("deliver"), output),
        *([receiver] if instance.demo else []),
    ]


def manage(*arguments: str) -> list[str]:
    """A management command in a process of its own."""
    return [sys.executable, str(ROOT / "manage.py"), *arguments]


def dramatiq(processes: str) -> list[str]:
    """The job workers: what `manage.py rundramatiq` runs after it has looked for the same modules."""
    return [
        *(sys.executable, "-m", "dramatiq", "--path", ".", "--processes", processes, "--threads", "4"),
        *("--skip-logging", "--worker-shutdown-timeout", "3000", "django_dramatiq.setup"),
        *actor_modules(),
    ]


def granian(instance: Instance) -> list[str]:
    """The web server: several threads, because a request mostly waits for PostgreSQL and Valkey."""
    return [
        *(sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--http", "1"),
        *("--host", instance.host, "--port", str(instance.port), "--workers", str(instance.workers)),
        *("--blocking-threads", str(BLOCKING_THREADS), "--respawn-failed-workers"),
        *("--workers-kill-timeout", "4", "--log-level", "warning", "config.wsgi:application"),
    ]
