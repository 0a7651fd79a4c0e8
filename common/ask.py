"""The admin's page that asks for something before it acts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin


def ask_to(
    page: ModelAdmin, request: HttpRequest, original: Any, form: forms.Form, *, title: str, **extra: Any
) -> HttpResponse:
    """A page of `page` with one form and one button, which says `title` unless `button` is given."""
    context = {
        **page.admin_site.each_context(request),
        "title": f"{title}: {original}",
        "button": title,
        "form": form,
        "opts": page.opts,
        "original": original,
        "show_back_button": True,
        **extra,
    }
    return TemplateResponse(request, "admin/ask.html", context)


def ask_about_selected(
    page: ModelAdmin, request: HttpRequest, names: Mapping[Any, str], form: forms.Form, *, action: str, title: str
) -> HttpResponse:
    """The page between choosing `action` in a list and doing it: names the rows by key, and sends the choice again."""
    hidden = [("action", action), *((ACTION_CHECKBOX_NAME, str(pk)) for pk in names)]
    return ask_to(page, request, f"{len(names)} selected", form, title=title, rows=names.values(), hidden=hidden)
