"""Which failed deliveries to try again, and why."""

from __future__ import annotations

import hashlib
from typing import Any

from django import forms
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from events.selectors import list_event_types
from partners.models import Partner
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.services.recovery import Choice

PARTS = ("endpoint", "partner", "event_name", "since", "until")


def moment(label: str) -> forms.DateTimeField:
    """A time in UTC that the browser helps to enter."""
    widget = UnfoldAdminTextInputWidget(attrs={"type": "datetime-local", "step": "1"})
    return forms.DateTimeField(label=label, required=False, widget=widget)


class RecoverForm(forms.Form):
    """The parts of a choice, a reason, and what was counted."""

    partner = forms.ModelChoiceField(
        Partner.objects.none(), label="Partner", required=False, empty_label="All", widget=UnfoldAdminSelectWidget
    )
    endpoint = forms.ModelChoiceField(
        WebhookEndpoint.objects.none(),
        label="Endpoint",
        required=False,
        empty_label="All",
        widget=UnfoldAdminSelectWidget,
    )
    event_name = forms.ChoiceField(label="Event", required=False, widget=UnfoldAdminSelectWidget)
    since = moment("Made since (UTC)")
    until = moment("Made before (UTC)")
    reason = forms.CharField(
        max_length=500, label="Reason, for the partner to read", widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )
    counted = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Those alone that have something to recover.
        dead = WebhookDelivery.objects.dead().order_by()
        endpoints = WebhookEndpoint.objects.filter(pk__in=dead.values("endpoint"))
        fields: dict[str, Any] = self.fields
        fields["endpoint"].queryset = endpoints.order_by("endpoint_url")
        fields["partner"].queryset = Partner.objects.filter(pk__in=endpoints.values("partner")).order_by("partner_name")
        names = [event_type.event_name for event_type in list_event_types()]
        fields["event_name"].choices = [("", "Any"), *((name, name) for name in names)]

    def clean(self) -> dict[str, Any]:
        """An endpoint of the partner; and never simply everything."""
        data = super().clean() or {}
        endpoint, partner = data.get("endpoint"), data.get("partner")
        if endpoint and partner and endpoint.partner_id != partner.pk:
            self.add_error("endpoint", "This endpoint is not the partner's.")
        if not self.errors and not any(data.get(part) for part in ("endpoint", "partner", "since")):
            self.add_error(None, "Choose a partner, an endpoint, or a time since when.")
        return data

    def choice(self) -> Choice:
        """What was chosen."""
        return Choice(**{part: self.cleaned_data[part] for part in PARTS})

    def digest(self) -> str:
        """Tells one choice from another."""
        text = "|".join(str(getattr(self.cleaned_data[part], "pk", self.cleaned_data[part])) for part in PARTS)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def is_confirmed(self) -> bool:
        """Whether the person was told how many there are of this very choice."""
        return bool(self.cleaned_data["counted"] == self.digest())

    def to_confirm(self) -> RecoverForm:
        """The same, to be sent again after reading the count."""
        return RecoverForm({**self.data.dict(), "counted": self.digest()})  # type: ignore[attr-defined]  # (a QueryDict)
