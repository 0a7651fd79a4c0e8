"""The guide is drawn from the code."""

from __future__ import annotations

from applications.management.commands.document_review import DOCUMENT, render


def test_the_guide_is_current() -> None:
    written = DOCUMENT.read_text(encoding="utf-8")
    assert render(written) == written, "run `manage.py document_review`"


def test_every_part_is_drawn() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    assert text.count("```mermaid") == 2
    assert "draft --> submitted: submit (partner or staff)" in text
    assert "| SEC001 | error |" in text
    assert "| high | 48 hours | 2 |" in text
