"""App configuration."""

from django.apps import AppConfig

from common.partitions import register_partitioned


class WebhooksConfig(AppConfig):
    """See the package docstring."""

    name = "webhooks"

    def ready(self) -> None:
        """Name the tables that are partitioned by day."""
        register_partitioned("webhooks_webhookattempt", keep_days=90)
