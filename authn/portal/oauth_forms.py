"""Forms of the OAuth pages. What a value has to be is the services' business; forms say which values there are."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings

from applications.models import PartnerApplication
from authn.models import AccessTokenFormat, OAuthClientType, OAuthFlow
from authn.services.oauth_clients import MAX_LIFETIME, MIN_LIFETIME
from common.base import Environment
from common.principal import Principal


class LinesField(forms.CharField):
    """A text area with one value per line."""

    widget = forms.Textarea(attrs={"rows": 3, "spellcheck": "false", "autocapitalize": "none"})

    def clean(self, value: Any) -> list[str]:
        """The lines that say something."""
        return [line.strip() for line in super().clean(value).splitlines() if line.strip()]


class RedirectUrisForm(forms.Form):
    """What of a client can be changed."""

    name = forms.CharField(max_length=100, help_text="People see it when they are asked for access.")
    redirect_uris = LinesField(
        required=False,
        label="Redirect URIs",
        help_text="For the authorization code flow. One per line, compared exactly; https, or http to localhost.",
    )
    token_lifetime = forms.IntegerField(
        min_value=MIN_LIFETIME, max_value=MAX_LIFETIME, label="Access token lifetime", help_text="In seconds."
    )


class ClientForm(RedirectUrisForm):
    """A new client."""

    application = forms.ModelChoiceField(queryset=PartnerApplication.objects.none(), empty_label=None)
    environment = forms.ChoiceField(
        choices=Environment.choices, help_text="Test clients reach the sandbox alone and work before the review."
    )
    client_type = forms.ChoiceField(
        choices=OAuthClientType.choices,
        label="Kind",
        help_text="Public: a native or browser app, which cannot keep a secret and gets none.",
    )
    allowed_flows = forms.MultipleChoiceField(
        choices=OAuthFlow.choices, label="Flows", widget=forms.CheckboxSelectMultiple
    )
    access_token_format = forms.ChoiceField(
        choices=AccessTokenFormat.choices,
        label="Access tokens",
        help_text="JWTs can be checked by services of your own, without asking us.",
    )
    field_order = ("application", "name", "environment", "client_type", "allowed_flows", "redirect_uris")

    def __init__(self, *args: Any, principal: Principal, **kwargs: Any) -> None:
        initial = {
            "allowed_flows": [OAuthFlow.AUTHORIZATION_CODE, OAuthFlow.REFRESH_TOKEN],
            "token_lifetime": settings.OAUTH_TOKEN_LIFETIME,
            "environment": Environment.LIVE,
        }
        super().__init__(*args, **{"initial": initial, **kwargs})
        applications = PartnerApplication.objects.visible_to(principal).order_by("app_name")
        self.fields["application"].queryset = applications  # type: ignore[attr-defined]  # (a ModelChoiceField)
