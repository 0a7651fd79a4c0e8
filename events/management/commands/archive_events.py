"""`manage.py archive_events`."""

from __future__ import annotations

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from events.services.archive import ArchiveError, archive_events, restore_events


class Command(BaseCommand):
    help = "Move old days of the event log into compressed JSON Lines under DATA/archive/events, or put one back."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--older-than",
            type=int,
            metavar="DAYS",
            default=settings.EVENT_RETENTION_DAYS,
            help="Keep this many days in the database (default: EVENT_RETENTION_DAYS, %(default)s).",
        )
        parser.add_argument("--restore", type=Path, metavar="FILE", help="Put the events of an archive back.")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            if options["restore"]:
                self.stdout.write(f"{restore_events(options['restore'])} events restored.")
                return
            for one in archive_events(older_than_days=options["older_than"]):
                self.stdout.write(f"{one.day}: {one.events} events in {one.path}")
        except ArchiveError as error:
            raise CommandError(str(error)) from error
