"""App configuration."""

from django.apps import AppConfig

from common.portal import HomePanel, portal


class BillingConfig(AppConfig):
    """See the package docstring."""

    name = "billing"

    def ready(self) -> None:
        """Put the usage of the last day on the home page."""
        from billing.portal import panels  # noqa: PLC0415 (models are ready only now)

        portal.panels.append(HomePanel("billing/panels/calls.html", panels.calls, order=10, wide=False))
