"""Filters of the usage page."""

from __future__ import annotations

import uuid
from typing import Any

from django import forms

from applications.models import PartnerApplication
from common.base import Environment
from common.principal import Principal

PERIODS = {"1": "Last 24 hours", "7": "Last 7 days", "30": "Last 30 days"}


class UsageFilterForm(forms.Form):
    """Which usage to show. Anything invalid counts as not given."""

    days = forms.ChoiceField(label="Period", choices=list(PERIODS.items()), required=False)
    environment = forms.ChoiceField(
        label="Environment", choices=[("", "Live and test"), *Environment.choices], required=False
    )
    application = forms.ModelChoiceField(
        label="Application", queryset=PartnerApplication.objects.none(), empty_label="All", required=False
    )

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        application = self.fields["application"]
        assert isinstance(application, forms.ModelChoiceField)  # noqa: S101 (declared above; narrows the type)
        application.queryset = PartnerApplication.objects.visible_to(principal).order_by("app_name")

    @property
    def period_days(self) -> int:
        """How many days back; one unless asked otherwise."""
        self.is_valid()
        return int(self.cleaned_data.get("days") or 1)

    @property
    def chosen_environment(self) -> str:
        """`live`, `test`, or empty for both."""
        self.is_valid()
        return str(self.cleaned_data.get("environment") or "")

    @property
    def application_id(self) -> uuid.UUID | None:
        """The application, if one was chosen."""
        self.is_valid()
        application: PartnerApplication | None = self.cleaned_data.get("application")
        return application.id if application else None
