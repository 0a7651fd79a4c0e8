"""Giving partners back in the format they are imported in."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from billing.models import PartnerUsage
from common.api.casing import camelize
from config.transfer.records import AGREEMENT_DATES, CONTACT_FIELDS, IMPORTED_STATUSES
from partners.models import Partner

CHUNK = 500
AGREEMENT_FIELDS = ("agreement_type", "title", "version", "terms", "status", "signer_name")


def export_records() -> Iterator[dict[str, Any]]:
    """Every existing partner, the oldest first; keys by name and scope, never by value."""
    last = None
    while True:
        rows = Partner.objects.existing().order_by("id")
        rows = rows.filter(id__gt=last) if last else rows
        partners = list(rows.prefetch_related("contacts", "agreements", "applications__api_keys")[:CHUNK])
        if not partners:
            return
        usage: dict[Any, list[PartnerUsage]] = {}
        for figure in PartnerUsage.objects.filter(partner_id__in=[partner.id for partner in partners]).order_by(
            "usage_date", "metric_name", "unit"
        ):
            usage.setdefault(figure.partner_id, []).append(figure)
        for partner in partners:
            yield record_of(partner, usage.get(partner.id, []))
        last = partners[-1].id


def record_of(partner: Partner, usage: list[PartnerUsage]) -> dict[str, Any]:
    """One partner as a record."""
    profile = {name: str(getattr(partner, name)) for name in Partner.PROFILE_FIELDS}
    head = {"external_id": partner.external_id or str(partner.id)}
    kinds = {"partner_type": partner.partner_type, "status": partner.status, "tier": partner.tier}
    return {
        **wire({**head, **kinds, **{name: value for name, value in profile.items() if value}}),
        "contacts": [
            wire({**{name: getattr(contact, name) for name in CONTACT_FIELDS}, "is_primary": contact.is_primary})
            for contact in sorted(partner.contacts.all(), key=lambda contact: contact.id)
        ],
        "agreements": [
            wire(
                {
                    **{name: getattr(agreement, name) for name in AGREEMENT_FIELDS},
                    **{name: day.isoformat() for name in AGREEMENT_DATES if (day := getattr(agreement, name))},
                }
            )
            for agreement in sorted(partner.agreements.all(), key=lambda agreement: agreement.id)
        ],
        "applications": [
            {
                **wire(
                    {
                        "app_name": application.app_name,
                        "description": application.description,
                        "status": application.status,
                        "permissions": application.permissions,
                    }
                ),
                "keys": [
                    {"name": key.name, "environment": key.environment, "scopes": key.scopes}
                    for key in sorted(application.api_keys.all(), key=lambda key: key.id)
                    if key.status == "active"
                ],
            }
            for application in sorted(partner.applications.all(), key=lambda application: application.id)
            if application.status in IMPORTED_STATUSES
        ],
        "usage": [
            wire(
                {
                    "metric_name": figure.metric_name,
                    "usage_date": figure.usage_date.isoformat(),
                    "metric_value": format(figure.metric_value.normalize(), "f"),
                    "unit": figure.unit,
                }
            )
            for figure in usage
            if figure.environment == "live"
        ],
    }


def wire(values: dict[str, Any]) -> dict[str, Any]:
    """Names as they stand in the file."""
    return {camelize(name): value for name, value in values.items()}
