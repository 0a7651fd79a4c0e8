"""Trying deliveries of an endpoint again: a chosen few, or all failed ones that match the filter."""

from __future__ import annotations

import uuid
from urllib.parse import urlencode

from django import forms
from django.contrib.humanize.templatetags.humanize import intcomma
from django.http import QueryDict
from django.urls import reverse

from common.errors import ConflictError, InvalidError
from common.keyset import uuid_or_none
from webhooks.models import DeliveryRecovery
from webhooks.portal.forms import DeliveryFilterForm
from webhooks.portal.pages import EndpointAction
from webhooks.services.recovery import MOST, PER_SECOND, Choice, recover_deliveries, statuses

ARCHIVED = "cannot be sent again: their events are archived."


class RetryManyForm(DeliveryFilterForm):
    """The filter of the log, and whether all that it shows are meant."""

    which = forms.ChoiceField(choices=[("selected", ""), ("matching", "")])


class RetryMany(EndpointAction):
    """Retry, and say of each what came of it."""

    def act(self) -> None:
        """What the button meant."""
        self.form = RetryManyForm(self.request.POST)
        matching = self.form.is_valid() and self.form.cleaned_data["which"] == "matching"
        self.done = self.retry_matching() if matching else self.retry_selected(chosen(self.request.POST))

    def retry_matching(self) -> str:
        """Every failed delivery that the filter shows."""
        if self.form.filters.get("status") not in {None, "failed"}:
            raise ConflictError("nothing_to_recover", "The filter shows no failed deliveries.")
        recovery = recover_deliveries(choice=self.form.choice(self.endpoint), actor=self.principal)
        return " ".join([begun(recovery), *left_out(recovery)])

    def retry_selected(self, ids: list[uuid.UUID]) -> str:
        """The chosen ones that have failed; what became of the others."""
        if not ids:
            raise InvalidError("Choose at least one delivery.", field="delivery", code="required")
        before = statuses(self.endpoint, ids)
        others = [
            counted(before["delivered"], "was delivered already.", "were delivered already."),
            counted(before["archived"], "cannot be sent again: its event is archived.", ARCHIVED),
        ]
        if not before["failed"]:
            waiting = before["pending"]
        else:
            recovery = recover_deliveries(choice=Choice(endpoint=self.endpoint, delivery_ids=ids), actor=self.principal)
            waiting = before["pending"] + before["failed"] - recovery.retried
        others.append(counted(waiting, "is under way already.", "are under way already."))
        told = " ".join(filter(None, others))
        if not before["failed"]:
            raise ConflictError("nothing_to_recover", f"Nothing to retry. {told}".strip())
        return f"{begun(recovery)} {told}".strip()

    def destination(self) -> str:
        """The log as it was filtered."""
        filters = urlencode(self.form.filters)
        return reverse("webhook_detail", args=[self.endpoint.pk]) + (f"?{filters}" if filters else "")


def chosen(data: QueryDict) -> list[uuid.UUID]:
    """The deliveries that were ticked."""
    return [key for key in map(uuid_or_none, data.getlist("delivery")) if key is not None]


def counted(number: int, one: str, many: str) -> str:
    """A number in its sentence; empty for none."""
    return f"{intcomma(number)} {one if number == 1 else many}" if number else ""


def begun(recovery: DeliveryRecovery) -> str:
    """What a recovery does now."""
    number = min(recovery.found, recovery.limit) if recovery.finished_at is None else recovery.retried
    if not number:
        return "Nothing to retry."
    text = counted(number, "failed delivery is being tried again", "failed deliveries are being tried again")
    return f"{text}, {PER_SECOND} a second." if number > PER_SECOND else f"{text}."


def left_out(recovery: DeliveryRecovery) -> list[str]:
    """What it does not take."""
    return [f"Those are the oldest {intcomma(MOST)}: retry again for the rest."] if recovery.found > MOST else []
