"""The search of the request log."""

from __future__ import annotations

from typing import Any

from django import forms
from django.db.models import QuerySet

from authn.call_search import PERIODS, STATUSES, condition
from authn.models import ApiCall, ApiKey, OAuthClient
from common.base import Environment
from common.principal import Principal


class CallFilterForm(forms.Form):
    """Which calls to show. Anything invalid counts as not given."""

    request = forms.CharField(label="Request ID", required=False, max_length=64)
    route = forms.CharField(label="Route begins with", required=False, max_length=200)
    status = forms.ChoiceField(label="Status", choices=list(STATUSES.items()), required=False)
    credential = forms.ChoiceField(label="Key or client", required=False)
    environment = forms.ChoiceField(
        label="Environment", choices=[("", "Live and test"), *Environment.choices], required=False
    )
    hours = forms.ChoiceField(label="Time", choices=list(PERIODS.items()), required=False)

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.names = credential_names(principal)
        credential = self.fields["credential"]
        assert isinstance(credential, forms.ChoiceField)  # noqa: S101 (declared above; narrows the type)
        credential.choices = [("", "Any"), *self.names.items()]

    def chosen(self) -> dict[str, str]:
        """The valid values that narrow the log."""
        self.is_valid()
        return {name: value.strip() for name, value in self.cleaned_data.items() if value and value.strip()}

    def narrow(self, calls: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        """Those of `calls` that were asked for."""
        for name, value in self.chosen().items():
            calls = calls.filter(condition(name, value))
        return calls


def credential_names(principal: Principal) -> dict[str, str]:
    """The keys and clients of a partner by id, as people know them."""
    keys = ApiKey.objects.filter(partner_id=principal.tenant_id).order_by("-id")[:500]
    clients = OAuthClient.objects.filter(partner_id=principal.tenant_id).order_by("-id")[:100]
    return {
        **{str(key.id): key.label for key in keys},
        **{str(client.id): f"{client.name} (OAuth)" for client in clients},
    }
