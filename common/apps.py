"""The shared kernel."""

from django.apps import AppConfig


class CommonConfig(AppConfig):
    """No models: conventions the other apps share."""

    name = "common"
