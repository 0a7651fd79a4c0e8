"""Figures about one partner. Apps above add theirs when they are ready."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from django.db.models import Count, QuerySet

from common.api.casing import camelize
from common.replica import reads_replica
from partners import tiers
from partners.models import Partner, VerificationItem
from partners.readiness import outstanding

# Name on the wire -> figure of a partner: a number, or an object of numbers.
sources: dict[str, Callable[[uuid.UUID], Any]] = {}
# The same names -> what the API's description says of them.
schemas: dict[str, dict[str, Any]] = {}


def register_statistics(name: str, source: Callable[[uuid.UUID], Any], *, schema: dict[str, Any] | None = None) -> None:
    """Show `source(partner_id)` as `name` (camelCase) among a partner's statistics, described by `schema`."""
    sources[name] = source
    if schema is not None:
        schemas[name] = schema


def count_by_status(rows: QuerySet[Any]) -> dict[str, Any]:
    """How many of `rows` there are, and how many in each status."""
    counts = rows.order_by().values_list("status").annotate(Count("id")).order_by("status")
    by_status = dict(counts)
    return {"total": sum(by_status.values()), "byStatus": by_status}


@reads_replica
def partner_statistics(partner: Partner) -> dict[str, Any]:
    """Everything we count about `partner`."""
    accepted = partner.verification_items.filter(status=VerificationItem.Status.ACCEPTED).count()
    return {
        "partnerId": str(partner.id),
        "status": partner.status,
        "tier": partner.tier,
        "members": partner.members.count(),
        "contacts": partner.contacts.count(),
        "activeAgreements": partner.agreements.active().count(),
        "pendingAgreements": partner.agreements.pending().count(),
        "verificationItemsAccepted": accepted,
        "outstandingRequirements": [requirement.key for requirement in outstanding(partner)],
        "quotas": {
            camelize(usage.quota): {"used": usage.used, "limit": usage.limit} for usage in tiers.usage_of(partner)
        },
        **{name: source(partner.id) for name, source in sources.items()},
    }
