"""How risky a submission is, and how soon its review is due. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum

from common.scopes import HIGH_RISK_SCOPES, PERSONAL_DATA_SCOPES


class Risk(StrEnum):
    """Personal data makes a submission medium, health data and writes to policies make it high."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


# One clock orders the queue: riskier submissions are due sooner, and waiting brings every submission to the front.
REVIEW_TIME = {Risk.HIGH: timedelta(hours=48), Risk.MEDIUM: timedelta(hours=72), Risk.LOW: timedelta(hours=120)}
APPROVALS_NEEDED = {Risk.HIGH: 2, Risk.MEDIUM: 1, Risk.LOW: 1}


def risk_of(permissions: Iterable[str]) -> Risk:
    """The risk of an application that asks for `permissions`."""
    asked = set(permissions)
    if asked & HIGH_RISK_SCOPES:
        return Risk.HIGH
    return Risk.MEDIUM if asked & PERSONAL_DATA_SCOPES else Risk.LOW


def review_due(risk: Risk, submitted_at: datetime) -> datetime:
    """When the review of a submission should be decided."""
    return submitted_at + REVIEW_TIME[risk]
