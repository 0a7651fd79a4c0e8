"""App configuration."""

from django.apps import AppConfig

from applications.registry import register_statistics
from common.portal import HomePanel, NavItem, portal


class BillingConfig(AppConfig):
    """See the package docstring."""

    name = "billing"

    def ready(self) -> None:
        """Put the usage page into the sidebar, its last day on the home page, calls among application figures."""
        from billing.application_statistics import calls_of  # noqa: PLC0415 (models are ready only now)
        from billing.portal import panels  # noqa: PLC0415 (as above)

        portal.navigation.append(
            NavItem("Usage", "usage", "chart-bar", order=60, section="Insight", scope="read:analytics")
        )
        portal.panels.append(HomePanel("billing/panels/calls.html", panels.calls, order=10, wide=False))
        register_statistics("calls", calls_of)
