"""App configuration."""

from django.apps import AppConfig

from applications.registry import register_statistics as register_application_statistics
from billing import mails
from common.portal import HomePanel, NavItem, portal


class BillingConfig(AppConfig):
    """See the package docstring."""

    name = "billing"

    def ready(self) -> None:
        """Put the usage page into the sidebar, its last day on the home page, calls and revenue among statistics."""
        from authn.quotas import calls_of_month  # noqa: PLC0415 (models are ready only now)
        from billing import revenue_figures  # noqa: PLC0415 (as above)
        from billing.call_figures import calls_of, calls_of_partner  # noqa: PLC0415 (as above)
        from billing.portal import attention, panels  # noqa: PLC0415 (as above)
        from billing.selectors import has_usage  # noqa: PLC0415 (as above)
        from partners.dependents import register_dependent  # noqa: PLC0415 (as above)
        from partners.statistics import register_statistics  # noqa: PLC0415 (as above)
        from partners.tiers import register_usage  # noqa: PLC0415 (as above)

        mails.register()
        register_dependent("usage", has_usage)
        register_usage("monthly_calls", calls_of_month)
        portal.attention.append(attention.quota_running_out)
        portal.navigation.append(
            NavItem("Usage", "usage", "chart-bar", order=60, section="Insight", scope="read:analytics")
        )
        portal.panels.append(HomePanel("billing/panels/calls.html", panels.calls, order=10, wide=False))
        register_application_statistics("calls", calls_of, template="billing/statistics/calls.html", wide=True)
        register_application_statistics(
            "revenue",
            revenue_figures.revenue_of,
            template="billing/statistics/revenue.html",
            wide=True,
            schema=revenue_figures.SCHEMA,
        )
        register_statistics("calls", calls_of_partner)
        register_statistics("revenue", revenue_figures.revenue_of_partner, schema=revenue_figures.SCHEMA)
