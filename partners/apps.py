"""App configuration."""

from django.apps import AppConfig

from common.portal import NavItem, portal


class PartnersConfig(AppConfig):
    """See the package docstring."""

    name = "partners"

    def ready(self) -> None:
        """Put the pages into the portal."""
        portal.navigation.append(NavItem("Home", "portal_home", "home", order=0))
