"""App configuration."""

from django.apps import AppConfig

from common.partitions import register_partitioned


class EventsConfig(AppConfig):
    """See the package docstring."""

    name = "events"

    def ready(self) -> None:
        """Name the tables that are partitioned by day."""
        register_partitioned("events_platformevent", keep_days=None)
