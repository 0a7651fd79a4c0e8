"""App configuration."""

from __future__ import annotations

from django.apps import AppConfig

from applications import mails
from common.portal import NavItem, portal
from events.visibility import register_partner_scopes


class ApplicationsConfig(AppConfig):
    """See the package docstring."""

    name = "applications"

    def ready(self) -> None:
        """Let the event log know what a partner's people may see, and the tiers how many applications there are."""
        from applications.portal.attention import waiting_for_partner  # noqa: PLC0415 (models load after the app)
        from applications.selectors import (  # noqa: PLC0415 (as above)
            application_figures,
            count_applications,
            scopes_in_use,
        )
        from partners.statistics import register_statistics  # noqa: PLC0415 (as above)
        from partners.tiers import register_usage  # noqa: PLC0415 (as above)

        mails.register()
        register_partner_scopes(scopes_in_use)
        register_usage("applications", count_applications)
        register_statistics("applications", application_figures)
        portal.navigation.append(NavItem("Applications", "application_list", "cube", order=10, section="Build"))
        portal.attention.append(waiting_for_partner)
