"""The one table of legal state changes: of an application, and of a submitted version. Pure; drawn into the docs."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from common.principal import Principal, PrincipalKind


class Side(StrEnum):
    """Who moves an application."""

    PARTNER = "partner"
    STAFF = "staff"
    SYSTEM = "system"


@dataclass(frozen=True)
class Transition:
    """`verb` takes an application from any of `sources` to `target`, done by any of `sides`."""

    verb: str
    sources: tuple[str, ...]
    target: str
    sides: frozenset[Side]


PARTNER = frozenset({Side.PARTNER, Side.STAFF, Side.SYSTEM})
STAFF = frozenset({Side.STAFF, Side.SYSTEM})

UNDER_REVIEW = ("submitted", "in_review")
LIVE = ("approved", "published", "deprecated")

APPLICATION: tuple[Transition, ...] = (
    Transition("submit", ("draft", "changes_requested", "rejected"), "submitted", PARTNER),
    Transition("withdraw", UNDER_REVIEW, "draft", PARTNER),
    Transition("claim", ("submitted",), "in_review", STAFF),
    Transition("release", ("in_review",), "submitted", STAFF),
    Transition("request changes", UNDER_REVIEW, "changes_requested", STAFF),
    Transition("reject", UNDER_REVIEW, "rejected", STAFF),
    Transition("approve", UNDER_REVIEW, "approved", STAFF),
    Transition("publish", ("approved",), "published", PARTNER),
    Transition("deprecate", ("approved", "published"), "deprecated", PARTNER),
    Transition("suspend", LIVE, "suspended", STAFF),
    Transition("resume", ("suspended",), "approved", STAFF),
    Transition("resume", ("suspended",), "published", STAFF),
    Transition("resume", ("suspended",), "deprecated", STAFF),
)

# A version is one submission. While an application is live, its next version is reviewed without touching its status.
VERSION: tuple[Transition, ...] = (
    Transition("withdraw", UNDER_REVIEW, "withdrawn", PARTNER),
    Transition("claim", ("submitted",), "in_review", STAFF),
    Transition("release", ("in_review",), "submitted", STAFF),
    Transition("request changes", UNDER_REVIEW, "changes_requested", STAFF),
    Transition("reject", UNDER_REVIEW, "rejected", STAFF),
    Transition("approve", UNDER_REVIEW, "approved", STAFF),
)


def pairs(table: tuple[Transition, ...]) -> list[tuple[str, str]]:
    """Every legal (from, to), for the database trigger."""
    return sorted({(source, step.target) for step in table for source in step.sources})


def find(table: tuple[Transition, ...], current: str, target: str) -> Transition | None:
    """The transition from `current` to `target`, or None when the table has none."""
    return next((step for step in table if step.target == target and current in step.sources), None)


def side_of(principal: Principal) -> Side:
    """Which side of the review a caller stands on."""
    if principal.kind is PrincipalKind.SYSTEM:
        return Side.SYSTEM
    return Side.STAFF if principal.is_admin else Side.PARTNER


def mermaid(table: tuple[Transition, ...], *, initial: str) -> str:
    """The table as a Mermaid state diagram, each edge with its verb and who may take it."""
    lines = ["stateDiagram-v2", f"    [*] --> {initial}"]
    for step in table:
        who = "partner or staff" if Side.PARTNER in step.sides else "staff"
        lines += [f"    {source} --> {step.target}: {step.verb} ({who})" for source in step.sources]
    return "\n".join(lines) + "\n"
