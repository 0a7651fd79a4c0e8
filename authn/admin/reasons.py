"""Why staff stop something: asked for before it is done, for the partner to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from common.ask import ask_about_selected

# One page names them, one request stops them.
MOST_AT_ONCE = 200


class ReasonForm(forms.Form):
    """Why, in words."""

    reason = forms.CharField(
        max_length=200, label="Reason, for the partner to read", widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


def reason_for_selected(
    page: ModelAdmin, request: HttpRequest, names: Mapping[Any, str], *, action: str, title: str
) -> str | HttpResponse | None:
    """The reason given for all of `names`; else the page that asks for it, or None after saying that it cannot be."""
    if not 0 < len(names) <= MOST_AT_ONCE:
        problem = f"Select {MOST_AT_ONCE} at most." if names else "Nothing is left to stop among them."
        page.message_user(request, problem, messages.WARNING)
        return None
    form = ReasonForm(request.POST if "reason" in request.POST else None)
    if form.is_valid():
        return str(form.cleaned_data["reason"])
    return ask_about_selected(page, request, names, form, action=action, title=title)
