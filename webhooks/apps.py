"""App configuration."""

from django.apps import AppConfig

from common.partitions import register_partitioned
from common.portal import HomePanel, NavItem, portal


class WebhooksConfig(AppConfig):
    """See the package docstring."""

    name = "webhooks"

    def ready(self) -> None:
        """Name the tables that are partitioned by day, and the home panel."""
        from webhooks.portal import panels  # noqa: PLC0415 (models are ready only now)

        register_partitioned("webhooks_webhookattempt", keep_days=90)
        portal.navigation.append(
            NavItem("Events", "event_list", "bolt", order=50, section="Events", scope="read:events")
        )
        portal.panels.append(HomePanel("webhooks/panels/deliveries.html", panels.deliveries, order=20, wide=False))
