"""Reads of applications that cross tables."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from statistics import median
from typing import Any

from django.db.models import Count, OuterRef, Prefetch, QuerySet, Subquery
from django.utils import timezone

from applications import registry
from applications.models import ApplicationVersion, PartnerApplication, ReviewComment
from common.base import Environment
from common.principal import Principal
from common.replica import reads_replica
from partners.statistics import count_by_status
from partners.tiers import limits_of

DECISIONS_LOOKED_AT = 30
SCOPE_FIELDS = [
    *("status", "deleted_at", "sunset_date", "permissions", "approved_permissions"),
    *("partner__status", "partner__deleted_at", "partner__tier"),
]


@dataclass(frozen=True)
class QueueEntry:
    """Where a submission stands in the queue."""

    position: int
    waiting: int
    expected_at: datetime
    due_at: datetime
    is_late: bool


def count_applications(partner_id: uuid.UUID) -> int:
    """How many applications of a partner count towards its tier."""
    return PartnerApplication.objects.present().filter(partner_id=partner_id).count()


def application_figures(partner_id: uuid.UUID) -> dict[str, Any]:
    """The applications of a partner, by status."""
    return count_by_status(PartnerApplication.objects.present().filter(partner_id=partner_id))


def scopes_in_use(partner_id: uuid.UUID) -> dict[str, frozenset[str]]:
    """The scopes that a partner's applications hold in each environment, none where their credentials do not work."""
    applications = list(
        PartnerApplication.objects.present().filter(partner_id=partner_id).select_related("partner").only(*SCOPE_FIELDS)
    )
    return {
        environment: frozenset(
            scope
            for application in applications
            if application.allows(environment) and application.partner.allows(environment)
            for scope in (application.permissions if environment == "test" else application.approved_permissions)
            if scope in limits_of(application.partner.tier).scopes
        )
        for environment in Environment.values
    }


def queue_entry(version: ApplicationVersion) -> QueueEntry:
    """Position of a pending submission, and when a decision is to be expected."""
    queue = ApplicationVersion.objects.pending()
    ahead = queue.filter(due_at__lt=version.due_at).count()
    now = timezone.now()
    usual = usual_review_time(version.risk)
    expected = version.created_at + usual if usual else version.due_at
    return QueueEntry(
        position=ahead + 1,
        waiting=queue.count(),
        expected_at=max(expected, now),
        due_at=version.due_at,
        is_late=now > version.due_at,
    )


def usual_review_time(risk: str) -> timedelta | None:
    """The median time the latest decisions on submissions of this risk took; None before the first one."""
    latest = (
        ApplicationVersion.objects.filter(risk=risk)
        .decided()
        .exclude(status=ApplicationVersion.Status.WITHDRAWN)
        .order_by("-decided_at")
        .values_list("created_at", "decided_at")[:DECISIONS_LOOKED_AT]
    )
    seconds = [(decided - submitted).total_seconds() for submitted, decided in latest if decided]
    return timedelta(seconds=median(seconds)) if seconds else None


def version_difference(version: ApplicationVersion) -> list[dict[str, Any]]:
    """What a submission changes against the version that was approved before it, field by field.

    Scopes come as those added and those removed; a first submission has nothing to compare with.
    """
    before = version.application.versions.filter(number__lt=version.number, status="approved").first()
    if before is None:
        return []
    old, new = before.content(), version.content()
    rows = []
    for name in ApplicationVersion.CONTENT:
        if old[name] == new[name]:
            continue
        row: dict[str, Any] = {"field": name, "before": old[name], "after": new[name]}
        if isinstance(new[name], list):
            row["added"] = [item for item in new[name] if item not in old[name]]
            row["removed"] = [item for item in old[name] if item not in new[name]]
        rows.append(row)
    return rows


def added_scopes(version: ApplicationVersion) -> list[str]:
    """Scopes this version asks for that no approved version before it had; all of them for the first."""
    before = version.application.versions.filter(number__lt=version.number, status="approved").first()
    return scopes_beyond(version, before.permissions if before else [])


def scopes_beyond(version: ApplicationVersion, had: Sequence[str]) -> list[str]:
    """Scopes this version asks for beside those that the application had."""
    return [scope for scope in version.permissions if scope not in had]


def review_history(application: PartnerApplication, principal: Principal) -> QuerySet[ApplicationVersion]:
    """Every submission, newest first, with all that is shown of it, in three queries however many there are.

    `had_permissions` are those of the version approved before it, `shown_comments` what the caller may read.
    """
    approved = ApplicationVersion.objects.filter(
        application=OuterRef("application"), number__lt=OuterRef("number"), status="approved"
    )
    comments = Prefetch("comments", ReviewComment.objects.visible_to(principal), to_attr="shown_comments")
    return (
        ApplicationVersion.objects.filter(application=application)
        .annotate(had_permissions=Subquery(approved.order_by("-id").values("permissions")[:1]))
        .prefetch_related("reviews", comments)
        .order_by("-id")
    )


@reads_replica
def application_statistics(application: PartnerApplication) -> dict[str, Any]:
    """Figures of an application: its reviews, and whatever the apps above count. What nobody counts is absent."""
    versions = application.versions.values("status").annotate(count=Count("id"))
    usual = [
        (version.decided_at - version.created_at).total_seconds()
        for version in application.versions.decided()
        if version.decided_at
    ]
    statistics: dict[str, Any] = {
        "appId": str(application.id),
        "status": application.status,
        "submissions": {
            "total": application.versions.count(),
            "byStatus": {row["status"]: row["count"] for row in versions.order_by("status")},
            "medianReviewSeconds": round(median(usual)) if usual else None,
        },
    }
    for name, section in registry.statistics_sections.items():
        statistics[name] = section(application)
    return statistics
