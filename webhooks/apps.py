"""App configuration."""

from django.apps import AppConfig

from applications.registry import register_statistics as register_application_statistics
from applications.registry import register_used_scopes, register_webhook_probe
from common.partitions import register_partitioned
from common.portal import HomePanel, NavItem, portal
from events.fanout import register_fan_out, register_replay
from webhooks import mails


class WebhooksConfig(AppConfig):
    """See the package docstring."""

    name = "webhooks"

    def ready(self) -> None:
        """Join the publishing transaction, name the tables partitioned by day, and add to the portal."""
        from partners.statistics import register_statistics  # noqa: PLC0415 (models are ready only now)
        from partners.tiers import register_usage  # noqa: PLC0415 (as above)
        from webhooks import selectors  # noqa: PLC0415 (as above)
        from webhooks.portal import attention, panels  # noqa: PLC0415 (as above)
        from webhooks.services.fanout import fan_out, replay_to_endpoints  # noqa: PLC0415 (as above)
        from webhooks.services.probes import probe_endpoints  # noqa: PLC0415 (as above)

        mails.register()
        register_usage("webhooks", selectors.count_endpoints)
        register_webhook_probe(probe_endpoints)
        register_used_scopes(selectors.subscribed_scopes)
        register_application_statistics(
            "webhooks", selectors.endpoint_figures_of_application, template="webhooks/statistics.html"
        )
        register_statistics("webhooks", selectors.endpoint_figures)
        register_fan_out(fan_out)
        register_replay(replay_to_endpoints)
        register_partitioned("webhooks_webhookattempt", keep_days=90)
        portal.navigation.append(
            NavItem("Events", "event_list", "bolt", order=50, section="Events", scope="read:events")
        )
        portal.navigation.append(NavItem("Webhooks", "webhook_list", "paper-airplane", order=51, section="Events"))
        portal.attention.append(attention.failing_endpoints)
        portal.panels.append(HomePanel("webhooks/panels/deliveries.html", panels.deliveries, order=20, wide=False))
