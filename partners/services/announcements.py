"""The platform events of this app, each addressed to the partner it is about."""

from __future__ import annotations

from typing import Any

from common.api.casing import camelize
from events.services.publishing import publish_event
from partners.models import Partner, PartnerMember


def announce_partner(event_name: str, partner: Partner, **members: Any) -> None:
    """Publish `event_name` about `partner` in the current transaction."""
    publish_event(
        event_name=event_name,
        entity_type="partner",
        entity_id=str(partner.id),
        partner_id=partner.id,
        payload={
            "id": str(partner.id),
            "partnerName": partner.partner_name,
            "partnerType": partner.partner_type,
            "status": partner.status,
            "tier": partner.tier,
            **members,
        },
    )


def announce_member(event_name: str, member: PartnerMember, **members: Any) -> None:
    """Publish `event_name` about a member. Addressed to their partner: a person's data goes nowhere else."""
    publish_event(
        event_name=event_name,
        entity_type="user",
        entity_id=str(member.user_id),
        partner_id=member.partner_id,
        payload={
            "id": str(member.user_id),
            "email": member.user.email,
            "name": member.user.name,
            "role": member.role,
            **members,
        },
    )


def wire_names(fields: list[str]) -> list[str]:
    """Field names as receivers know them."""
    return [camelize(name) for name in fields]
