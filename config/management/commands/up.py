"""The whole platform on one machine, under one supervisor."""

from __future__ import annotations

import argparse
import shutil
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from config import stylesheet
from config.demo.build import build_world
from config.demo.credentials import write_credentials
from config.demo.history import build_history
from config.runner.banner import banner
from config.runner.instance import Instance, instances
from config.runner.options import add_options
from config.runner.output import Output
from config.runner.programs import programs
from config.runner.supervisor import Supervisor
from config.services import ServiceError

SLOW_START_SECONDS = 30.0


class Command(BaseCommand):
    help = "Run the whole platform: services, web, jobs, scheduler, meter and webhook delivery."
    requires_system_checks = []
    requires_migrations_checks = False

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        add_options(parser)

    def handle(self, *args: Any, **options: Any) -> None:
        if not instances:
            raise CommandError("Run it as `manage.py up`: the environment has to be made before the settings are read.")
        instance = instances[-1]
        output = Output()
        supervisor = Supervisor(output, instance.process_record)
        supervisor.handle_signals()
        try:
            self.start(instance, supervisor, output)
            supervisor.run(Announcement(instance, output).check)
        except ServiceError as error:
            raise CommandError(str(error)) from error
        finally:
            output.line("up", "stopping")
            supervisor.stop()
            output.line("up", "stopped")

    def start(self, instance: Instance, supervisor: Supervisor, output: Output) -> None:
        """Services, database, programs; gives up between two steps when a stop is requested."""
        steps: list[tuple[str, Callable[[], object]]] = [
            *((f"starting {service.name}", bind(supervisor.start, service)) for service in instance.services),
            ("migrating the database", lambda: call_command("migrate", verbosity=0, interactive=False)),
            ("building the style sheet", stylesheet.build_if_stale),
            ("collecting static files", lambda: call_command("collectstatic", verbosity=0, interactive=False)),
            ("starting the programs", lambda: start_programs(instance, supervisor, output)),
            # Last, while the programs start on the other processors.
            *([("preparing the demonstration", lambda: demonstrate(instance))] if instance.demo else []),
        ]
        for text, step in steps:
            if supervisor.stopping:
                return
            output.line("up", text)
            step()
        connections.close_all()


def bind(function: Callable[[Any], None], argument: Any) -> Callable[[], None]:
    """`function(argument)` for later."""
    return lambda: function(argument)


def demonstrate(instance: Instance) -> None:
    """The demonstration world, its history and its credentials, where they are missing."""
    build_world(f"http://127.0.0.1:{instance.receiver_port}")
    build_history()
    write_credentials(instance.data_dir, instance.url)


def start_programs(instance: Instance, supervisor: Supervisor, output: Output) -> None:
    """Every program of ours, with an empty directory for the counters they share."""
    shutil.rmtree(instance.metrics_dir, ignore_errors=True)
    instance.metrics_dir.mkdir()
    for program in programs(instance, output):
        supervisor.start(program)


class Announcement:
    """Prints the banner once, when the platform says it is ready."""

    def __init__(self, instance: Instance, output: Output) -> None:
        self.instance = instance
        self.output = output
        self.started = time.monotonic()
        self.next_check = 0.0
        self.finished = False

    def check(self) -> None:
        """Ask every quarter of a second until it is ready; say so when that takes long."""
        now = time.monotonic()
        if self.finished or now < self.next_check:
            return
        self.next_check = now + 0.25
        if is_ready(self.instance.url):
            self.finished = True
            self.output.block(banner(self.instance, self.output))
        elif now - self.started > SLOW_START_SECONDS:
            self.started = now
            self.output.line("up", f"still not ready: see {self.instance.url}/readyz")


def is_ready(url: str) -> bool:
    """Whether /readyz answers 200."""
    try:
        with urllib.request.urlopen(f"{url}/readyz", timeout=1) as response:  # noqa: S310 (our own http address)
            return bool(response.status == 200)
    except (urllib.error.URLError, OSError):
        return False
