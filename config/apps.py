"""The composition root as an app: it holds the operators' commands."""

from __future__ import annotations

from typing import Any

from django.apps import AppConfig, apps
from django.db.models.signals import post_migrate

from common.labels import spell_labels
from common.partitions import ensure_partitions


def make_partitions(**kwargs: Any) -> None:
    """A freshly migrated database can take today's rows."""
    ensure_partitions()


class ConfigConfig(AppConfig):
    """Start-up that needs every app."""

    name = "config"

    def ready(self) -> None:
        """Spell the labels of every model; make partitions once the last app with models is migrated."""
        spell_labels()
        post_migrate.connect(make_partitions, sender=apps.get_app_config("billing"))
