"""The role matrix of the documentation is the code's."""

from __future__ import annotations

from pathlib import Path

from common.principal import Role
from common.scopes import ROLE_SCOPES

PAGE = Path(__file__).parents[2] / "docs" / "partners.md"


def matrix() -> str:
    """The table as the code has it."""
    lines = ["| | " + " | ".join(Role) + " |", "| --- |" + " --- |" * len(Role)]
    for scope in sorted(set().union(*ROLE_SCOPES.values())):
        cells = ["yes" if scope in ROLE_SCOPES[role] else "" for role in Role]
        lines.append(f"| `{scope}` |" + "".join(f" {cell} |" if cell else " |" for cell in cells))
    return "\n".join(lines)


def test_the_documented_matrix_is_current() -> None:
    text = PAGE.read_text(encoding="utf-8")
    documented = text.split("<!-- roles: begin -->")[1].split("<!-- roles: end -->")[0].strip()
    assert documented == matrix()
