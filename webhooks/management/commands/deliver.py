"""`manage.py deliver`: the delivery process."""

from __future__ import annotations

import gc
import resource
import signal
import sys
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from common.http import DEADLINE_SECONDS
from webhooks.engine.process import DeliveryProcess

# Python's own 5 ms would leave answers lying while another thread builds its rows.
SWITCH_SECONDS = 0.0005
COLLECT_AFTER = 20_000


class Command(BaseCommand):
    help = "Deliver due webhooks until stopped. Run as many as you like, on as many hosts as you like."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--deadline", type=float, default=DEADLINE_SECONDS, help="Seconds a receiver has to answer, body included."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
        sys.setswitchinterval(SWITCH_SECONDS)
        # What is imported stays: the collector need not walk it, nor look at each batch while it is under way.
        gc.freeze()
        gc.set_threshold(COLLECT_AFTER)
        process = DeliveryProcess(deadline=options["deadline"])
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: process.stop())
        self.stdout.write("delivering")
        process.run()
