"""App configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """See the package docstring."""

    name = "integrations"
