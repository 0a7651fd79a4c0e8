from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.core.management import get_commands

from config.environment import ROOT

PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md"))]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_somewhere(page: Path) -> None:
    links = re.findall(r"\]\((?!https?:|mailto:|#)([^)#\s]+)", page.read_text(encoding="utf-8"))
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_named_exist(page: Path) -> None:
    named = set(re.findall(r"manage\.py ([a-z_]+)", page.read_text(encoding="utf-8")))
    assert named <= set(get_commands())


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_unit_files_run_what_there_is(unit: Path) -> None:
    (command,) = re.findall(r"^ExecStart=/opt/treaty/\.venv/bin/(.+)$", unit.read_text(encoding="utf-8"), re.MULTILINE)
    program, *arguments = command.split()
    if program == "granian":
        served = {"wsgi": "config.wsgi:application", "asginl": "config.asgi:application"}
        assert arguments[-1] == served[arguments[arguments.index("--interface") + 1]]
    else:
        assert (program, arguments[0]) == ("python", "manage.py")
        assert arguments[1] in get_commands()


def test_the_target_wants_every_unit() -> None:
    target = (ROOT / "deploy" / "systemd" / "treaty.target").read_text(encoding="utf-8")
    assert set(re.findall(r"treaty-\w+\.service", target)) == {unit.name for unit in UNITS}
