"""Forms of the webhook pages."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone

from common.errors import DomainError
from common.json_field import JSONObjectField
from common.principal import NOBODY
from events.selectors import event_id, list_event_types
from integrations.models import Integration
from webhooks.http_headers import parse_header_lines
from webhooks.models import WebhookDelivery, WebhookEndpoint
from webhooks.models.delivery import DeliveryStatus
from webhooks.portal.live import streamed_names
from webhooks.services.recovery import MOST_CHOSEN, Choice
from webhooks.services.secrets import DEFAULT_OVERLAP_HOURS, MAX_OVERLAP_HOURS

PER_PROCESS = "From each delivery process of the platform."


def subscription_choices() -> list[tuple[str, str]]:
    """Everything, each group, and each event."""
    names = [event_type.event_name for event_type in list_event_types()]
    groups = sorted({name.partition(".")[0] for name in names})
    choices = [("*", "Every event")]
    for group in groups:
        choices.append((f"{group}.*", f"Every {group} event"))
        choices += [(name, name) for name in names if name.partition(".")[0] == group]
    return choices


class EndpointForm(forms.Form):
    """What an owner decides about an endpoint."""

    endpoint_url = forms.CharField(
        label="URL",
        max_length=2000,
        help_text="Where we post events. It must answer with a 2xx status within 15 seconds.",
        widget=forms.URLInput(attrs={"placeholder": "https://example.com/webhooks"}),
    )
    description = forms.CharField(label="Description", required=False, max_length=200)
    subscribed_events = forms.MultipleChoiceField(label="Events", widget=forms.CheckboxSelectMultiple)
    custom_headers = forms.CharField(
        label="Extra headers",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": "Authorization: Bearer …"}),
        help_text="Sent with every delivery, one per line. Values are stored encrypted and left out of the log.",
    )
    payload_filter = JSONObjectField(
        label="Only events whose data match",
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "placeholder": '{"insuranceType": "auto", "score": {"gte": 50}}'}),
        help_text="A JSON object of conditions on the event's data. All of them must hold.",
    )
    field_mapping = JSONObjectField(
        label="Fields to send",
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 3, "placeholder": '{"drop": ["email"], "rename": {"insuranceType": "line"}}'}
        ),
        help_text="A JSON object with select, drop or rename, on dotted paths in the event's data. The endpoint's page"
        " shows an example as it will arrive.",
    )
    max_in_flight = forms.IntegerField(
        label="Requests at once", required=False, min_value=1, max_value=1000, help_text=PER_PROCESS
    )
    max_per_second = forms.IntegerField(
        label="Requests per second", required=False, min_value=1, max_value=1000, help_text=PER_PROCESS
    )
    ordered = forms.BooleanField(
        label="Keep the order of events",
        required=False,
        help_text="Events of one lead, policy or claim come one after another: the next once the former was delivered,"
        " or has failed for good.",
    )

    def __init__(self, *args: Any, had: Collection[str] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        events = self.fields["subscribed_events"]
        assert isinstance(events, forms.MultipleChoiceField)  # noqa: S101 (declared above; narrows the type)
        choices = subscription_choices()
        # Saving the form must not drop what is no longer on offer.
        offered = {value for value, _ in choices}
        events.choices = [*choices, *((name, f"{name} (retired)") for name in had if name not in offered)]

    @classmethod
    def start(cls, endpoint: WebhookEndpoint) -> dict[str, Any]:
        """Initial values."""
        return {
            "endpoint_url": endpoint.endpoint_url,
            "description": endpoint.description,
            "subscribed_events": endpoint.subscribed_events,
            "custom_headers": "\n".join(f"{name}: {value}" for name, value in endpoint.custom_headers.items()),
            "payload_filter": endpoint.payload_filter,
            "field_mapping": endpoint.field_mapping,
            "max_in_flight": endpoint.max_in_flight,
            "max_per_second": endpoint.max_per_second,
            "ordered": endpoint.ordered,
        }

    def clean_custom_headers(self) -> dict[str, str]:
        """Lines as a mapping."""
        try:
            return parse_header_lines(self.cleaned_data["custom_headers"])
        except ValueError as error:
            raise forms.ValidationError(str(error)) from None

    def refuse(self, refusal: DomainError) -> None:
        """Show a service's refusal at the field it names."""
        field = (refusal.field or "").partition(".")[0]
        self.add_error(field if field in self.fields else None, refusal.message)


class CreateForm(EndpointForm):
    """The same, and the integration it belongs to."""

    integration = forms.ModelChoiceField(
        label="Integration",
        queryset=Integration.objects.none(),
        empty_label=None,
        help_text="Decides the environment: test integrations get test events.",
    )
    field_order = ["integration"]

    def __init__(self, *args: Any, integrations: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["integration"]
        assert isinstance(field, forms.ModelChoiceField)  # noqa: S101 (declared above; narrows the type)
        field.queryset = integrations
        field.label_from_instance = lambda obj: f"{obj.integration_name} ({obj.environment})"  # type: ignore[method-assign]  # (Django's documented seam)


class DeliveryFilterForm(forms.Form):
    """Filters of the delivery log."""

    status = forms.ChoiceField(label="Status", choices=[("", "Any"), *DeliveryStatus.choices], required=False)
    event = forms.ChoiceField(label="Event", required=False)
    within = forms.ChoiceField(
        label="Created",
        choices=[("", "Any time"), ("1", "Last hour"), ("24", "Last 24 hours"), ("168", "Last 7 days")],
        required=False,
    )
    event_id = forms.CharField(
        label="Event ID", required=False, max_length=50, widget=forms.TextInput(attrs={"placeholder": "evt_…"})
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event = self.fields["event"]
        assert isinstance(event, forms.ChoiceField)  # noqa: S101 (declared above; narrows the type)
        # Retired types too: the log keeps what was sent of them.
        event.choices = [("", "Any"), *((name, name) for name in streamed_names())]

    @property
    def filters(self) -> dict[str, str]:
        """What is set and valid, as parameters of the log's address."""
        self.is_valid()
        names = ("status", "event", "within", "event_id")
        return {name: self.cleaned_data[name] for name in names if self.cleaned_data.get(name)}

    @property
    def since(self) -> datetime | None:
        """From when on."""
        hours = self.filters.get("within")
        return timezone.now() - timedelta(hours=int(hours)) if hours else None

    @property
    def event_key(self) -> UUID | None:
        """Which event; one that there is not for what is no id, so that nothing matches."""
        text = self.filters.get("event_id")
        return (event_id(text.strip()) or NOBODY) if text else None

    def narrowing(self) -> dict[str, Any]:
        """What get_deliveries is to look for: the filters that are set and valid."""
        status = self.filters.get("status")
        return {
            "status": [status] if status else (),
            "event": self.filters.get("event", ""),
            "event_id": self.event_key,
            "created_after": self.since,
        }

    def choice(self, endpoint: WebhookEndpoint) -> Choice:
        """The failed deliveries of `endpoint` that the filter shows."""
        event_name, key = self.filters.get("event", ""), self.event_key
        if key is None:
            return Choice(endpoint=endpoint, event_name=event_name, since=self.since)
        sent = WebhookDelivery.objects.dead().filter(endpoint=endpoint, event=key).order_by("id")
        ids = list(sent.values_list("pk", flat=True)[:MOST_CHOSEN])
        return Choice(endpoint=endpoint, event_name=event_name, since=self.since, delivery_ids=ids or [NOBODY])


class RotateForm(forms.Form):
    """How long the old secret still signs."""

    overlap_hours = forms.IntegerField(
        label="Hours both secrets sign", initial=DEFAULT_OVERLAP_HOURS, min_value=0, max_value=MAX_OVERLAP_HOURS
    )


class TestForm(forms.Form):
    """Which event's example to send."""

    event = forms.ChoiceField(label="Event", required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        event = self.fields["event"]
        assert isinstance(event, forms.ChoiceField)  # noqa: S101 (declared above; narrows the type)
        event.choices = [("", "webhook.test"), *((t.event_name, t.event_name) for t in list_event_types())]
