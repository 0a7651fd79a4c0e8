"""Filters of the event log."""

from __future__ import annotations

from typing import Any

from django import forms

from common.base import Environment
from events.selectors import list_event_types


class EventFilterForm(forms.Form):
    """By type, environment and entity."""

    event = forms.ChoiceField(label="Event", required=False)
    environment = forms.ChoiceField(
        label="Environment", choices=[("", "Live and test"), *Environment.choices], required=False
    )
    entity = forms.CharField(label="Entity ID", required=False, max_length=100)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        names = [event_type.event_name for event_type in list_event_types()]
        event = self.fields["event"]
        assert isinstance(event, forms.ChoiceField)  # noqa: S101 (declared above; narrows the type)
        event.choices = [("", "Any"), *((name, name) for name in names)]

    def narrowing(self) -> dict[str, str]:
        """Lookups for the filters that are set and valid."""
        return self.renamed(
            {"event": "event_type__event_name", "environment": "environment", "entity": "entity_id"},
        )

    def query(self) -> dict[str, str]:
        """The same as parameters of the API."""
        return self.renamed({"event": "event", "environment": "environment", "entity": "entityId"})

    def renamed(self, names: dict[str, str]) -> dict[str, str]:
        """What is set and valid, under other names."""
        self.is_valid()
        return {names[name]: value for name, value in self.cleaned_data.items() if value}
