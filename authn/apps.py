"""App configuration."""

from django.apps import AppConfig

from common.partitions import register_partitioned


class AuthnConfig(AppConfig):
    """See the package docstring."""

    name = "authn"

    def ready(self) -> None:
        """Name the tables that are partitioned by day."""
        register_partitioned("authn_apicall", keep_days=30)
