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
ADVICE = "Register a change in common/api/versions, or, before anyone relies on it, use --accept-breaking."


class Command(BaseCommand):
    help = "Write docs/openapi.json and docs/api-changelog.md, or check that the ones there are current."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="Write nothing; fail when a file is out of date.")
        parser.add_argument("--breaking", metavar="FILE", type=Path, help="List what breaks clients of an older file.")
        parser.add_argument("--accept-breaking", action="store_true", help="Write although it breaks clients.")

    def handle(self, *args: Any, **options: Any) -> None:
        document = json.loads(json.dumps(openapi()))
        document["servers"] = [{"url": "/"}]
        if options["breaking"]:
            refuse_breaks(options["breaking"], document)
            self.stdout.write("Nothing breaks.")
            return
        texts = {SNAPSHOT: json.dumps(document, indent=1, ensure_ascii=False) + "\n", CHANGELOG: changelog()}
        if not options["check"] and not options["accept_breaking"] and SNAPSHOT.exists():
            refuse_breaks(SNAPSHOT, document)
        for path, text in texts.items():
            name = path.relative_to(ROOT)
            if not options["check"]:
                path.write_text(text, encoding="utf-8")
                self.stdout.write(f"Wrote {name}.")
            elif not path.exists() or path.read_text(encoding="utf-8") != text:
                raise CommandError(f"{name} is out of date: run manage.py openapi and commit it.")


def refuse_breaks(released: Path, document: dict[str, Any]) -> None:
    """Raise for what breaks clients of `released`, unless it is of an earlier version, which is still served."""
    before = json.loads(released.read_text(encoding="utf-8"))
    if version_of(before) not in {None, version_of(document)}:
        return
    if found := breaking_changes(before, document):
        raise CommandError("\n".join(["These changes break clients:", *found, ADVICE]))


def version_of(document: dict[str, Any]) -> str | None:
    """The version of the API it describes; None for one made before there were versions."""
    for item in document["paths"].values():
        for operation in item.values():
            for row in operation.get("parameters", []):
                if row["name"] == "Api-Version":
                    return str(row["schema"]["enum"][0])
    return None
