"""Prints docs/configuration.md."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.core.management.base import BaseCommand

from config.declarations import environment
from config.environment import Variable

INTRODUCTION = """# Configuration

Everything is configured by environment variables. Each can also be read from a file, e.g.
`SECRET_KEY_FILE=/run/secrets/key`.
A required variable that is missing, or any that is malformed, stops start-up with one line that names it.
`manage.py up` sets what it needs itself and writes it to `env` in its data directory.

This page is made by `manage.py document_settings > docs/configuration.md`.
"""


class Command(BaseCommand):
    help = "Print the documentation of every environment variable, in Markdown."
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        groups = dict.fromkeys(variable.group for variable in environment.variables)
        sections = [section(group, [v for v in environment.variables if v.group == group]) for group in groups]
        self.stdout.write("\n".join([INTRODUCTION, *sections]), ending="")


def section(group: str, variables: Iterable[Variable[Any]]) -> str:
    """A heading and a table."""
    rows = "".join(f"| `{v.name}` | {v.kind} | {shown_default(v)} | {sentence(v.help)} |\n" for v in variables)
    return f"## {group}\n\n| Variable | Value | Default | Meaning |\n| --- | --- | --- | --- |\n{rows}"


def shown_default(variable: Variable[Any]) -> str:
    """The default in words; what depends on another variable, or is structured, is said in the help."""
    if variable.required:
        return "**required**"
    if isinstance(variable.default, bool):
        return f"`{str(variable.default).lower()}`"
    if variable.default is None or isinstance(variable.default, list | dict) or " when unset" in variable.help:
        return ""
    return f"`{variable.default}`"


def sentence(text: str) -> str:
    """Starts upper case and ends with a full stop."""
    return f"{text[0].upper()}{text[1:].rstrip('.')}."
