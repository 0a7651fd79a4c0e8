"""Reads of integrations that are more than one QuerySet method."""

from __future__ import annotations

import uuid
from typing import Any

from django.db.models import Count

from integrations.models import Integration


def integration_figures(partner_id: uuid.UUID) -> dict[str, Any]:
    """The integrations of a partner, by status."""
    rows = Integration.objects.filter(partner_id=partner_id).order_by().values_list("status")
    by_status = dict(rows.annotate(Count("id")).order_by("status"))
    return {"total": sum(by_status.values()), "byStatus": by_status}
