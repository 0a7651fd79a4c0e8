"""Forms of the key pages."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.utils import timezone

from applications.models import PartnerApplication
from authn.models.api_key import grantable_scopes
from authn.services.keys import DEFAULT_OVERLAP_HOURS, OVERLAP_HOURS
from common.base import Environment
from common.scopes import SCOPES
from partners.models import Partner

LIFETIMES = {"": "Never", "30": "In 30 days", "90": "In 90 days", "365": "In a year"}
OVERLAPS = {
    0: "Stop the old key at once",
    1: "1 hour",
    24: "24 hours",
    168: "7 days",
    720: "30 days",
}


def scope_choices(applications: list[PartnerApplication]) -> list[tuple[str, str]]:
    """The scopes any of the applications may grant, in words."""
    available: set[str] = set()
    for application in applications:
        available |= grantable_scopes(application, Environment.TEST, application.partner.tier)
    return [(scope, f"{scope}: {words}") for scope, words in SCOPES.items() if scope in available]


def usable_applications(partner: Partner) -> list[PartnerApplication]:
    """Applications that may have a key of some kind."""
    return [application for application in partner.applications.order_by("app_name") if application.allows("test")]


class GenerateKeyForm(forms.Form):
    """A new key."""

    application = forms.ModelChoiceField(PartnerApplication.objects.none(), empty_label=None)
    name = forms.CharField(max_length=100, required=False, help_text="Where it is used, e.g. Production.")
    environment = forms.ChoiceField(choices=Environment.choices, initial=Environment.LIVE)
    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    expires_in = forms.ChoiceField(label="Expires", choices=list(LIFETIMES.items()), required=False)
    rate_limit = forms.IntegerField(
        min_value=1, required=False, label="Requests per hour", help_text="Empty: all your tier allows."
    )
    allowed_networks = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="CIDR ranges, one per line. Empty: from anywhere.",
    )

    def __init__(self, partner: Partner, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        applications = usable_applications(partner)
        field = self.fields["application"]
        field.queryset = partner.applications.filter(id__in=[row.id for row in applications])  # type: ignore[attr-defined]  # (a ModelChoiceField)
        self.fields["scopes"].choices = scope_choices(applications)  # type: ignore[attr-defined]  # (a MultipleChoiceField)

    def service_arguments(self) -> dict[str, Any]:
        """The cleaned values as generate_api_key takes them."""
        data = dict(self.cleaned_data)
        days = data.pop("expires_in")
        expires_at: datetime | None = timezone.now() + timedelta(days=int(days)) if days else None
        networks = data.pop("allowed_networks").replace(",", " ").split()
        return {**data, "expires_at": expires_at, "allowed_networks": networks}


class ChangeKeyForm(forms.Form):
    """What may be changed about a key."""

    scopes = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)
    rate_limit = forms.IntegerField(min_value=1, label="Requests per hour")
    allowed_networks = forms.CharField(
        required=False,
        widget=forms.Textarea(attrs={"rows": 2}),
        help_text="CIDR ranges, one per line. Empty: from anywhere.",
    )

    def __init__(self, application: PartnerApplication, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["scopes"].choices = scope_choices([application])  # type: ignore[attr-defined]  # (as above)

    def networks(self) -> list[str]:
        """The ranges."""
        return str(self.cleaned_data["allowed_networks"]).replace(",", " ").split()


class RotateKeyForm(forms.Form):
    """How long the old key goes on working."""

    overlap_hours = forms.TypedChoiceField(
        label="The old key works for another",
        choices=[(hours, OVERLAPS[hours]) for hours in OVERLAP_HOURS],
        coerce=int,
        initial=DEFAULT_OVERLAP_HOURS,
    )


class RevokeKeyForm(forms.Form):
    """Why."""

    reason = forms.CharField(max_length=200, required=False, help_text="Kept with the key.")
