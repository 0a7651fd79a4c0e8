"""docs/api-changelog.md, from the registry. Pure."""

from __future__ import annotations

from common.api.versions.change import Change
from common.api.versions.registry import CURRENT, HEADER, VERSIONS, Version

INTRODUCTION = f"""# Changes of the API

Made by `manage.py openapi` from `common/api/versions/`.

A change that could break a client gets a dated version. An application is pinned to the current version by its first
call; its answers keep that shape until its pin is changed (`PUT /api/applications/{{id}}/api-version`). A request may
name another version in `{HEADER}: YYYY-MM-DD`, for itself alone; every answer names the version it is written in.
Additions (an optional field, a member, an operation, a new kind of event) come without a version: ignore what you do
not know.

An earlier version is served for a year at least after the next one came. Until then its answers carry `Deprecation` and
`Sunset`; afterwards its applications get the oldest version that is left, and naming it is refused with 400.
"""


def changelog() -> str:
    """The page."""
    return "\n".join([INTRODUCTION, *(section(version) for version in reversed(VERSIONS))])


def section(version: Version) -> str:
    """One version."""
    lines = [f"## {version.name}{' (current)' if version.name == CURRENT else ''}", ""]
    if version.deprecated and version.sunset:
        lines += [f"Deprecated since {version.deprecated}, served until {version.sunset}.", ""]
    for change in version.changes:
        lines += described(change)
    if not version.changes:
        lines += ["The first version.", ""]
    return "\n".join(lines)


def described(change: Change) -> list[str]:
    """One change."""
    names = [f"- `{before}` is `{now}` now." for before, now in change.names.items()]
    return [f"### {change.title}", "", change.description, "", *names, *([""] if names else [])]
