"""What the rest of the platform hears when an application changes."""

from __future__ import annotations

from typing import Any

from applications.models import PartnerApplication
from common.revocation import invalidate
from events.services.publishing import publish_event


def announce(application: PartnerApplication, event_name: str, **members: Any) -> None:
    """Publish `event_name` to the partner and have every process read the application's credentials again.

    Call it last in the transaction that made the change: the payload tells the state it leaves behind.
    """
    publish_event(
        event_name=event_name,
        entity_type="application",
        entity_id=str(application.id),
        payload={
            "id": str(application.id),
            "appName": application.app_name,
            "partnerId": str(application.partner_id),
            "status": application.status,
            **members,
        },
        partner_id=application.partner_id,
    )
    invalidate(partner_id=application.partner_id, application_id=application.id)
