"""Partners for another system."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from config.transfer.exporting import export_records


class Command(BaseCommand):
    help = "Write every partner as JSON Lines in the format import_partners reads. Keys are named, never shown."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)

    def handle(self, *args: Any, **options: Any) -> None:
        count = 0
        with options["file"].open("w", encoding="utf-8") as stream:
            for record in export_records():
                stream.write(json.dumps(record, ensure_ascii=False) + "\n")
                count += 1
        self.stdout.write(f"{count} partners exported.")
