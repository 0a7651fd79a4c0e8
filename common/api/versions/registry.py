"""The versions there are, and requests and answers between them. A new one is a module of changes and an entry here."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from email.utils import format_datetime
from typing import Any

from common.api.versions import integrations_say_app_id
from common.api.versions.change import Change, Object

HEADER = "Api-Version"
CHANGELOG = "/api/docs#versions"


@dataclass(frozen=True, slots=True)
class Version:
    """A dated contract: what it changed, and until when it is served once there is a later one."""

    name: str
    changes: tuple[Change, ...] = ()
    deprecated: date | None = None
    sunset: date | None = None

    def notices(self) -> tuple[tuple[str, str], ...]:
        """`Deprecation` (RFC 9745), `Sunset` (RFC 8594), and where to read on; nothing for one that stays."""
        return notices(self.deprecated, self.sunset)


# Oldest first. A version is served for a year at least after the next one came.
VERSIONS = (
    Version("2026-10-01", deprecated=date(2026, 11, 24), sunset=date(2027, 11, 24)),
    Version("2026-11-24", (integrations_say_app_id.CHANGE,)),
)
CURRENT = VERSIONS[-1].name
BY_NAME = {version.name: version for version in VERSIONS}


def notices(deprecated: date | None, sunset: date | None) -> tuple[tuple[str, str], ...]:
    """The headers that say that something will end."""
    if deprecated is None:
        return ()
    rows = [("Deprecation", f"@{int(midnight(deprecated).timestamp())}")]
    if sunset is not None:
        rows.append(("Sunset", format_datetime(midnight(sunset), usegmt=True)))
    return (*rows, ("Link", f'<{CHANGELOG}>; rel="deprecation"; type="text/html"'))


def midnight(day: date) -> datetime:
    """The start of a day, in UTC."""
    return datetime.combine(day, time.min, tzinfo=UTC)


def served(name: str) -> str:
    """The version that an application pinned to `name` gets: that one while it is served, then the oldest there is."""
    return name if name in BY_NAME else VERSIONS[0].name


def changes_since(name: str, path: str) -> tuple[Change, ...]:
    """What became different on `path` after version `name`, oldest first."""
    if name == CURRENT:
        return ()
    later = [version for version in VERSIONS if version.name > name]
    return tuple(change for version in later for change in version.changes if change.paths.fullmatch(path))


def body_now(body: Any, *, version: str, path: str) -> Any:
    """A request body of `version` as it is written now."""
    if isinstance(body, dict):
        for change in changes_since(version, path):
            body = change.body_now(body)
    return body


def query_now(names: Mapping[str, Any], *, version: str, path: str) -> dict[str, str]:
    """The query parameters among `names` that are called otherwise now: before to now."""
    found = {name: name for name in names}
    for change in changes_since(version, path):
        found = {before: change.names.get(now, now) for before, now in found.items()}
    return {before: now for before, now in found.items() if before != now}


def answer_before(data: Any, *, version: str, path: str) -> Any:
    """What a success answers (an object or a list of them) as `version` had it."""
    changes = changes_since(version, path)
    if isinstance(data, list):
        return [object_before(row, changes) for row in data]
    return object_before(data, changes)


def object_before(shown: Any, changes: tuple[Change, ...]) -> Any:
    """One object, taken back through the changes, latest first."""
    if not isinstance(shown, dict):
        return shown
    before: Object = dict(shown)
    for change in reversed(changes):
        before = change.object_before(before)
    return before


def problem_before(problem: Any, *, version: str, path: str) -> Any:
    """A problem whose `errors` name the fields as `version` called them."""
    changes = changes_since(version, path)
    if not changes or "errors" not in problem:
        return problem
    names: dict[str, str] = {}
    for change in changes:
        names |= change.earlier_names
    rows = [{**row, "field": names.get(row["field"], row["field"])} for row in problem["errors"]]
    return {**problem, "errors": rows}
