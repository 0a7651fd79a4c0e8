"""Making a change to a credential, or to its owner, hold from the next request on."""

from __future__ import annotations

import uuid

from applications.models import PartnerApplication
from authn import gate


def credentials_changed(partner_id: uuid.UUID | None, application_id: uuid.UUID | None) -> None:
    """Hears of every committed change: see common.revocation.invalidate."""
    owners = {partner_id} if partner_id is not None else set()
    if application_id is not None and partner_id is None:
        owners |= set(PartnerApplication.objects.filter(id=application_id).values_list("partner_id", flat=True))
    for owner_id in owners:
        gate.forget(owner_id)
