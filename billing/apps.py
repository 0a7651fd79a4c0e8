"""App configuration."""

from django.apps import AppConfig


class BillingConfig(AppConfig):
    """See the package docstring."""

    name = "billing"
