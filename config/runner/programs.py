"""The programs of a running platform and their command lines."""

from __future__ import annotations

from common.queue import actor_modules
from config.runner.instance import Instance
from config.runner.output import Output
from config.runner.program import Program

BLOCKING_THREADS = 4


def programs(instance: Instance, output: Output) -> list[Program]:
    """Everything but the services, in the order in which it is started."""
    workers = str(instance.workers)
    receiver = Program("receiver", manage("demo_receiver", "--port", str(instance.receiver_port)), output)
    return [
        Program("web", web(instance), output),
        Program("worker", dramatiq(workers), output),
        Program("scheduler", manage("schedule"), output),
        Program("meter", manage("meter"), output),
        Program("deliver", manage("deliver"), output),
        Program("streams", streams(instance), output),
        *([receiver] if instance.demo else []),
    ]


def manage(*arguments: str) -> list[str]:
    """A management command."""
    return ["manage.py", *arguments]


def dramatiq(processes: str) -> list[str]:
    """The job workers: what `manage.py rundramatiq` runs after it has looked for the same modules."""
    return [
        *("-m", "dramatiq", "--path", ".", "--processes", processes, "--threads", "4"),
        *("--skip-logging", "--worker-shutdown-timeout", "3000", "django_dramatiq.setup"),
        *actor_modules(),
    ]


def web(instance: Instance) -> list[str]:
    """The web server: several threads, because a request mostly waits for PostgreSQL and Valkey."""
    return [
        *granian(instance.host, instance.port, "wsgi"),
        *("--no-ws", "--workers", str(instance.workers), "--blocking-threads", str(BLOCKING_THREADS)),
        *("--workers-kill-timeout", "4", "config.wsgi:application"),
    ]


def streams(instance: Instance) -> list[str]:
    """Event streams and WebSockets, which stay open: one event loop holds thousands. A client resumes what is cut."""
    return [
        *granian(instance.host, instance.streams_port, "asginl"),
        *("--workers", "1", "--workers-kill-timeout", "1", "config.asgi:application"),
    ]


def granian(host: str, port: int, interface: str) -> list[str]:
    """What both servers have in common."""
    return [
        *("-m", "granian", "--interface", interface, "--http", "1", "--log-level", "warning"),
        *("--host", host, "--port", str(port), "--respawn-failed-workers"),
    ]
