"""A change of the contract, with the way there and back for clients that were written before it. Pure."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

Object = dict[str, Any]
Transform = Callable[[Object], Object]


def same(value: Object) -> Object:
    """Nothing to do."""
    return value


@dataclass(frozen=True, slots=True)
class Change:
    """What became different on the paths that match, and the steps between before and now.

    `request` takes a body from before and returns it as it is now; `response` takes an object as it is now and returns
    it as it was. `names` are query parameters and members whose name alone changed, before to now: both steps, and
    the fields that problems name, follow it.
    """

    title: str
    description: str
    paths: re.Pattern[str]
    names: Mapping[str, str] = field(default_factory=dict)
    request: Transform = same
    response: Transform = same

    @property
    def plain_title(self) -> str:
        """Without the marks of Markdown."""
        return self.title.replace("`", "")

    @property
    def plain_description(self) -> str:
        """As above."""
        return self.description.replace("`", "")

    def body_now(self, body: Object) -> Object:
        """A body from before as it is now."""
        return self.request(renamed(body, self.names))

    def object_before(self, shown: Object) -> Object:
        """An object of an answer as it was before."""
        return renamed(self.response(shown), self.earlier_names)

    @property
    def earlier_names(self) -> dict[str, str]:
        """Now to before."""
        return {now: before for before, now in self.names.items()}


def renamed(value: Object, names: Mapping[str, str]) -> Object:
    """The same members in the same order under their other names."""
    return {names.get(name, name): inner for name, inner in value.items()}
