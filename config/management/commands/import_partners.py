"""Partners of another system."""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from rich.progress import BarColumn, Progress, TextColumn

from common.fields import DecryptionError
from config.transfer.importing import Outcome, import_records, unseal
from config.transfer.records import read_records

MAX_REPORTED = 1000


class Command(BaseCommand):
    help = (
        "Import partners from JSON Lines, a JSON array or CSV. Run it again after an interruption: nothing is doubled."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="check every row and write nothing")
        parser.add_argument("--keys", type=Path, help="where the sealed keys go; default: FILE.keys")
        parser.add_argument("--unseal", action="store_true", help="FILE is a sealed file: print the keys in it")

    def handle(self, *args: Any, **options: Any) -> None:
        file: Path = options["file"]
        if not file.is_file():
            raise CommandError(f"{file} is not a file.")
        if options["unseal"]:
            self.print_keys(file)
            return
        keys: Path = options["keys"] or file.with_suffix(file.suffix + ".keys")
        reported = 0

        def report(problem: str) -> None:
            nonlocal reported
            reported += 1
            if reported <= MAX_REPORTED:
                self.stderr.write(problem)

        started = time.perf_counter()
        columns = (TextColumn("{task.description}"), BarColumn(), TextColumn("{task.completed} rows"))
        with Progress(*columns, disable=not sys.stderr.isatty()) as progress:
            task = progress.add_task("Checking" if options["dry_run"] else "Importing", total=None)

            def advance(rows: int) -> None:
                progress.advance(task, rows)

            if options["dry_run"]:
                outcome = import_records(read_records(file), sealed=None, report=report, advance=advance)
            else:
                keys.touch(mode=0o600, exist_ok=True)
                with keys.open("a", encoding="utf-8") as sealed:
                    outcome = import_records(read_records(file), sealed=sealed, report=report, advance=advance)
        self.print_outcome(outcome, seconds=time.perf_counter() - started, dry_run=options["dry_run"])
        if outcome.keys and not options["dry_run"]:
            self.stdout.write(f"Sealed keys: {keys}. Open them with import_partners --unseal {keys}")
        if outcome.problems:
            raise CommandError(f"{len(outcome.problems)} rows have problems; the others are unaffected.")

    def print_outcome(self, outcome: Outcome, *, seconds: float, dry_run: bool) -> None:
        verb = "would be imported" if dry_run else "imported"
        self.stdout.write(
            f"{outcome.imported} {verb}, {outcome.skipped} are there already, "
            f"{len(outcome.problems)} have problems, {outcome.keys} keys."
        )
        rows = outcome.imported + outcome.skipped + len(outcome.problems)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        self.stdout.write(
            f"{rows} rows in {seconds:.1f} s, {rows / max(seconds, 0.001):.0f} a second; "
            f"this process took {peak:.0f} MiB at most."
        )

    def print_keys(self, file: Path) -> None:
        with file.open(encoding="utf-8") as stream:
            for number, line in enumerate(stream, start=1):
                try:
                    self.stdout.write(json.dumps(unseal(line)))
                except (DecryptionError, ValueError) as error:
                    raise CommandError(f"line {number}: {error}") from None
