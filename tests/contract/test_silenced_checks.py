"""A check that is silenced says why, in the same line."""

from __future__ import annotations

import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from config.environment import ROOT

SILENCE = re.compile(r"#\s*(?:type:\s*ignore|noqa)\b(?:\[[^\]]*\])?(?::\s*[A-Z]+\d+(?:,\s*[A-Z]+\d+)*)?")
# Hidden, left behind by runs, generated, or somebody else's.
SKIPPED = re.compile(r"^(\.|var/|sdk/(python/src/treaty_client/generated|typescript)/)|/(migrations|node_modules)/")
SOURCES = [
    path
    for path in sorted(path.relative_to(ROOT).as_posix() for path in ROOT.rglob("*.py"))
    if not SKIPPED.search(path)
]


def silenced_without_reason(text: str) -> Iterator[int]:
    """The lines of a module whose comment silences a check and says nothing else."""
    for token in tokenize.generate_tokens(io.StringIO(text).readline):
        silent = token.type == tokenize.COMMENT and SILENCE.search(token.string)
        if silent and not re.search(r"\w", SILENCE.sub("", token.string)):
            yield token.start[0]


def test_every_silenced_check_has_a_reason() -> None:
    assert "common/middleware.py" in SOURCES
    assert [
        f"{path}:{line}"
        for path in SOURCES
        for line in silenced_without_reason((ROOT / path).read_text(encoding="utf-8"))
    ] == []


@pytest.mark.parametrize(
    ("comment", "silent"),
    [
        ("# noqa", True),
        ("# noqa: S101, SLF001", True),
        ("# type: ignore[attr-defined]", True),
        ("# type: ignore[misc]  # noqa: S101", True),
        ("# noqa: S101 (narrows the type)", False),
        ("# type: ignore[misc, arg-type]  # (the view's)", False),
        ("# type: ignore[misc]  # noqa: S101 (the view's)", False),
        ("# what noqa means", False),
    ],
)
def test_a_reason_is_told_from_a_code(comment: str, silent: bool) -> None:  # noqa: FBT001 (a parameter of the table)
    assert list(silenced_without_reason(f"value = 1  {comment}\n")) == ([1] if silent else [])
