"""`manage.py openapi`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.api.compatibility import breaking_changes
from common.api.documents import openapi
from config.environment import ROOT

SNAPSHOT = ROOT / "docs" / "openapi.json"


class Command(BaseCommand):
    help = "Write the OpenAPI document to docs/openapi.json, or check that the one there is current."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when the file is out of date.")
        parser.add_argument("--breaking", metavar="FILE", type=Path, help="List what breaks clients of an older file.")

    def handle(self, *args: Any, **options: Any) -> None:
        document = json.loads(json.dumps(openapi()))
        document["servers"] = [{"url": "/"}]
        if options["breaking"]:
            found = breaking_changes(json.loads(options["breaking"].read_text()), document)
            if found:
                raise CommandError("These changes break clients:\n" + "\n".join(found))
            self.stdout.write("Nothing breaks.")
            return
        text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
        if not options["check"]:
            SNAPSHOT.parent.mkdir(exist_ok=True)
            SNAPSHOT.write_text(text)
            self.stdout.write(f"Wrote {SNAPSHOT.relative_to(ROOT)}.")
        elif not SNAPSHOT.exists() or SNAPSHOT.read_text() != text:
            raise CommandError("docs/openapi.json is out of date: run manage.py openapi and commit it.")
