"""`manage.py openapi`."""

from __future__ import annotations

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from common.api.compatibility import breaking_changes
from common.api.documents import openapi
from common.api.versions.changelog import changelog
from config.environment import ROOT

SNAPSHOT = ROOT / "docs" / "openapi.json"
CHANGELOG = ROOT / "docs" / "api-changelog.md"


class Command(BaseCommand):
    help = "Write docs/openapi.json and docs/api-changelog.md, or check that the ones there are current."

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
        texts = {SNAPSHOT: json.dumps(document, indent=1, ensure_ascii=False) + "\n", CHANGELOG: changelog()}
        for path, text in texts.items():
            name = path.relative_to(ROOT)
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"Wrote {name}.")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(f"{name} is out of date: run manage.py openapi and commit it.")
