"""App configuration."""

from django.apps import AppConfig


class IntegrationsConfig(AppConfig):
    """See the package docstring."""

    name = "integrations"

    def ready(self) -> None:
        """Count integrations among the figures of their partner."""
        from integrations.selectors import integration_figures  # noqa: PLC0415 (models are ready only now)
        from partners.statistics import register_statistics  # noqa: PLC0415 (as above)

        register_statistics("integrations", integration_figures)
