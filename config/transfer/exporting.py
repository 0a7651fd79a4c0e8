"""Giving partners back in the format they are imported in."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

from applications.models import PartnerApplication
from authn.models import ApiKey
from billing.models import PartnerUsage
from common.api.casing import camelize
from common.base import Environment
from config.transfer.records import AGREEMENT_DATES, CONTACT_FIELDS, GRANTED_STATUSES
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
            "usage_date", "metric_name", "unit", "environment", "id"
        ):
            usage.setdefault(figure.partner_id, []).append(figure)
        for partner in partners:
            yield record_of(partner, usage.get(partner.id, []))
        last = partners[-1].id


def record_of(partner: Partner, usage: list[PartnerUsage]) -> dict[str, Any]:
    """One partner as a record."""
    profile = {name: str(getattr(partner, name)) for name in Partner.PROFILE_FIELDS}
    head = {"external_id": partner.external_id or str(partner.id)}
    applications = sorted(
        (application for application in partner.applications.all() if application.deleted_at is None),
        key=lambda application: application.id,
    )
    names: dict[uuid.UUID | None, str] = {application.id: application.app_name for application in applications}
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
        "applications": [application_record(application) for application in applications],
        "usage": [usage_record(figure, names.get(figure.application_id, "")) for figure in usage],
    }


def application_record(application: PartnerApplication) -> dict[str, Any]:
    """One application with what a review granted it, and its keys; whatever was never granted is a draft again."""
    granted = application.status in GRANTED_STATUSES
    permissions = application.approved_permissions if granted else application.permissions
    values = {
        "app_name": application.app_name,
        "description": application.description,
        "status": application.status if granted else PartnerApplication.Status.DRAFT.value,
        "permissions": permissions,
        **({"sunset_date": application.sunset_date.isoformat()} if granted and application.sunset_date else {}),
    }
    keys = [
        key
        for key in sorted(application.api_keys.all(), key=lambda key: key.id)
        if key.status == "active" and (granted or key.environment == Environment.TEST)
    ]
    return {**wire(values), "keys": [key_record(key, permissions) for key in keys]}


def key_record(key: ApiKey, permissions: list[str]) -> dict[str, Any]:
    """A key by name and scopes, those that its application will have."""
    scopes = [scope for scope in key.scopes if scope in permissions]
    return {"name": key.name, "environment": key.environment, "scopes": scopes}


def usage_record(figure: PartnerUsage, app_name: str) -> dict[str, Any]:
    """One figure; members that say nothing are left out."""
    values = {
        "metric_name": figure.metric_name,
        "usage_date": figure.usage_date.isoformat(),
        "metric_value": format(figure.metric_value.normalize(), "f"),
        "unit": figure.unit,
    }
    if app_name:
        values["app_name"] = app_name
    if figure.environment != Environment.LIVE:
        values["environment"] = figure.environment
    more = {"samples": figure.sample_count, "histogram": figure.histogram}
    return wire({**values, **{name: value for name, value in more.items() if value}})


def wire(values: dict[str, Any]) -> dict[str, Any]:
    """Names as they stand in the file."""
    return {camelize(name): value for name, value in values.items()}
