"""The admin's page that asks for something before it acts."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from unfold.admin import ModelAdmin


def ask_to(page: ModelAdmin, request: HttpRequest, original: Any, form: forms.Form, *, title: str) -> HttpResponse:
    """A page of `page` with one form and one button that says `title`."""
    context = {
        **page.admin_site.each_context(request),
        "title": f"{title}: {original}",
        "submit": title,
        "form": form,
        "opts": page.opts,
        "original": original,
        "show_back_button": True,
    }
    return TemplateResponse(request, "admin/ask.html", context)
