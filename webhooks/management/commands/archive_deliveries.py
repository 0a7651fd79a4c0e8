"""`manage.py archive_deliveries`."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from common.partitions import registry
from events.services.archive import ArchiveError
from webhooks.services.archive import archive_deliveries


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
        kept = registry["webhooks_webhookattempt"]
        if kept is not None and options["older_than"] <= kept:
            raise CommandError(f"Their requests and answers are kept for {kept} days: keep them longer.")
        try:
            for path, count in archive_deliveries(older_than_days=options["older_than"]):
                self.stdout.write(f"{count} deliveries in {path}")
        except ArchiveError as error:
            raise CommandError(str(error)) from error
