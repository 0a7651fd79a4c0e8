"""What the admin pages of this app share."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminDateWidget, UnfoldAdminSelectWidget, UnfoldAdminTextareaWidget

from common.ask import ask_to
from common.readonly_admin import NothingToSave, ServiceWritten
from partners.models import Partner


class ReadOnlyAdmin(ServiceWritten, NothingToSave, ModelAdmin):
    """Rows that only services write."""

    list_per_page = 50
    show_full_result_count = False

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them."""
        hidden = set(self.exclude or ())
        return [*self.readonly_fields, *(f.name for f in self.model._meta.fields if f.name not in hidden)]

    def ask(self, request: HttpRequest, original: Any, form: forms.Form, *, title: str) -> HttpResponse:
        """A page with one form and one button."""
        return ask_to(self, request, original, form, title=title)

    def back_to(self, pk: Any) -> HttpResponse:
        """The page of one row."""
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_change", pk)

    def back_to_list(self) -> HttpResponse:
        """The list."""
        return redirect(f"admin:{self.opts.app_label}_{self.opts.model_name}_changelist")


class ConfirmForm(forms.Form):
    """Nothing to enter: a change is made by POST, so that no link can make it."""


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=2000, label="Reason, for the partner to read", widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )


class TierForm(forms.Form):
    """Another tier."""

    tier = forms.ChoiceField(choices=Partner.Tier.choices, widget=UnfoldAdminSelectWidget)


class AcceptForm(forms.Form):
    """How long an acceptance holds."""

    expires_on = forms.DateField(
        required=False, label="Runs out on (empty: the item's usual term)", widget=UnfoldAdminDateWidget
    )
