"""Why staff stop something: asked for before it is done, for the partner to read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, TypeVar

from django import forms
from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import ModelAdmin
from unfold.widgets import UnfoldAdminTextareaWidget

from common.ask import ask_about_selected
from common.attempts import attempt
from common.principal import Principal
from partners.selectors import staff_behind

# One page names them, one request stops them.
MOST_AT_ONCE = 200

Row = TypeVar("Row", bound=Model)


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


def stop_selected(
    page: ModelAdmin,
    request: HttpRequest,
    chosen: QuerySet[Row],
    *,
    name: Callable[[Row], str],
    stop: Callable[[Row, str, Principal], Any],
    done: Callable[[Row], str],
    action: str,
    title: str,
) -> HttpResponse | None:
    """Ask why, then `stop` each of `chosen` for that reason and say of which it was `done`."""
    rows = list(chosen[: MOST_AT_ONCE + 1])
    reason = reason_for_selected(page, request, {row.pk: name(row) for row in rows}, action=action, title=title)
    if not isinstance(reason, str):
        return reason
    actor = staff_behind(request)
    for row in rows:
        attempt(request, partial(stop, row, reason, actor), done(row))
    return None
