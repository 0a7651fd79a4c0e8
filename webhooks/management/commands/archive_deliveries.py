"""`manage.py archive_deliveries`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.services.archive import ArchiveError
from webhooks.services.archive import archive_deliveries

ATTEMPTS_KEPT = 90


class Command(BaseCommand):
    help = "Move old deliveries into compressed JSON Lines under DATA/archive/deliveries."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=int,
            metavar="DAYS",
            default=settings.DELIVERY_RETENTION_DAYS,
            help="Keep this many days in the database (default: DELIVERY_RETENTION_DAYS, %(default)s).",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if options["older_than"] <= ATTEMPTS_KEPT:
            raise CommandError(f"Their requests and answers are kept for {ATTEMPTS_KEPT} days: keep them longer.")
        try:
            for path, count in archive_deliveries(older_than_days=options["older_than"]):
                self.stdout.write(f"{count} deliveries in {path}")
        except ArchiveError as error:
            raise CommandError(str(error)) from error
