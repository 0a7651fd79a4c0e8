"""App configuration."""

from __future__ import annotations

import uuid

from django.apps import AppConfig, apps

from events.visibility import register_partner_scopes


def approved_scopes(partner_id: uuid.UUID) -> frozenset[str]:
    """The scopes that reviews have granted to a partner's applications."""
    rows = apps.get_model("applications", "PartnerApplication").objects.filter(partner_id=partner_id)
    return frozenset(scope for scopes in rows.values_list("approved_permissions", flat=True) for scope in scopes)


class ApplicationsConfig(AppConfig):
    """See the package docstring."""

    name = "applications"

    def ready(self) -> None:
        """Let the event log know what a partner's people may see."""
        register_partner_scopes(approved_scopes)
