"""App configuration."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from common.partitions import register_partitioned
from common.portal import HomePanel, portal


def initialize_catalogue(using: str = "default", **kwargs: Any) -> None:
    """A migrated database knows the standard event types, so nothing that publishes can fail for want of one."""
    from events.services.catalogue import initialize_standard_events  # noqa: PLC0415 (models load after the app)

    if "events_eventtype" in connections[using].introspection.table_names():
        initialize_standard_events()


class EventsConfig(AppConfig):
    """See the package docstring."""

    name = "events"

    def ready(self) -> None:
        """Name the tables that are partitioned by day; fill the catalogue after migrations."""
        from events.portal import panels  # noqa: PLC0415 (models are ready only now)

        register_partitioned("events_platformevent", keep_days=None)
        portal.panels.append(HomePanel("events/panels/recent.html", panels.recent_events, order=30))
        post_migrate.connect(initialize_catalogue, sender=self)
