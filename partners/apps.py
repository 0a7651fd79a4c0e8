"""App configuration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from common.portal import NavItem, portal
from common.revocation import register_check
from events.visibility import register_addressees


def initialize_agreements(using: str = "default", **kwargs: Any) -> None:
    """A migrated database has agreements to sign."""
    from partners.services.standard import initialize_standard_agreements  # noqa: PLC0415 (models load after the app)

    if "partners_agreementtemplate" in connections[using].introspection.table_names():
        initialize_standard_agreements()


class PartnersConfig(AppConfig):
    """See the package docstring."""

    name = "partners"

    def ready(self) -> None:
        """Register e-mails, pages and quotas; fill the agreements after migrations."""
        from partners import registration  # noqa: PLC0415 (models load after the app)
        from partners.selectors import is_partner, session_holds  # noqa: PLC0415 (as above)

        portal.navigation.append(NavItem("Home", "portal_home", "home", order=0))
        registration.register()
        register_check(session_holds)
        register_addressees(is_partner)
        post_migrate.connect(initialize_agreements, sender=self)
