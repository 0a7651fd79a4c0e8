"""App configuration."""

from django.apps import AppConfig


class ApplicationsConfig(AppConfig):
    """See the package docstring."""

    name = "applications"
