"""App configuration."""

from django.apps import AppConfig


class MarketplaceConfig(AppConfig):
    """See the package docstring."""

    name = "marketplace"
