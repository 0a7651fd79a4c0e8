"""Draw the states, checks and review times into docs/application-review.md."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from applications import transitions
from applications.checks.catalogue import TABLE
from applications.risk import APPROVALS_NEEDED, REVIEW_TIME

DOCUMENT = Path(__file__).resolve().parents[3] / "docs" / "application-review.md"


def diagram(table: tuple[transitions.Transition, ...], initial: str) -> str:
    """A Mermaid block."""
    return f"```mermaid\n{transitions.mermaid(table, initial=initial)}```"


def checks() -> str:
    """The catalogue as a table."""
    rows = [f"| {check.id} | {check.severity} | {check.title} | {check.fix} |" for check in TABLE]
    return "\n".join(["| Id | Severity | What holds | How to put it right |", "| --- | --- | --- | --- |", *rows])


def clock() -> str:
    """Review times by risk."""
    rows = [
        f"| {risk} | {time.total_seconds() / 3600:.0f} hours | {APPROVALS_NEEDED[risk]} |"
        for risk, time in REVIEW_TIME.items()
    ]
    return "\n".join(["| Risk | Decided within | Approvals |", "| --- | --- | --- |", *rows])


def render(text: str) -> str:
    """`text` with every generated part drawn anew."""
    parts = {
        "application states": diagram(transitions.APPLICATION, "draft"),
        "version states": diagram(transitions.VERSION, "submitted"),
        "checks": checks(),
        "clock": clock(),
    }
    for name, part in parts.items():
        before, begin, rest = text.partition(f"<!-- {name} -->\n")
        _, end, after = rest.partition("<!-- end -->")
        text = f"{before}{begin}{part}\n{end}{after}"
    return text


class Command(BaseCommand):
    help = "Draw the states, checks and review times into docs/application-review.md."

    def handle(self, *args: Any, **options: Any) -> None:
        DOCUMENT.write_text(render(DOCUMENT.read_text(encoding="utf-8")), encoding="utf-8")
        self.stdout.write(f"{DOCUMENT.name} is up to date.")
