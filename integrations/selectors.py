"""Reads of integrations that are more than one QuerySet method."""

from __future__ import annotations

import uuid
from typing import Any

from integrations.models import Integration
from partners.statistics import count_by_status


def integration_figures(partner_id: uuid.UUID) -> dict[str, Any]:
    """The integrations of a partner, by status."""
    return count_by_status(Integration.objects.filter(partner_id=partner_id))
