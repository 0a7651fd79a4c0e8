"""The page that shows every component of the kit beside its markup. On demonstration and debug instances alone."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django import forms
from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import get_template
from django.utils import timezone

from common.charts import chart

EXAMPLES = {
    "buttons": "Buttons",
    "badges": "Badges and status",
    "stats": "Figures",
    "chart": "Chart",
    "table": "Table, filters and pages",
    "form": "Form",
    "alerts": "Alerts",
    "empty": "Empty state",
    "dialogs": "Dialogs and menus",
    "secret": "Secrets, codes and copying",
    "panels": "Panels",
    "facts": "Facts",
    "timeline": "Timeline",
    "progress": "Progress",
    "navigation": "Page header, breadcrumb and tabs",
}


class ExampleForm(forms.Form):
    """One field of each kind."""

    app_name = forms.CharField(label="Application name", help_text="Partners' customers see this.")
    website = forms.URLField(label="Website", required=False, assume_scheme="https")
    environment = forms.ChoiceField(label="Environment", choices=[("test", "Test"), ("live", "Live")])
    scopes = forms.MultipleChoiceField(
        label="Permissions",
        choices=[("read:leads", "Read leads"), ("write:leads", "Create and update leads")],
        widget=forms.CheckboxSelectMultiple,
    )
    notify = forms.BooleanField(label="Email me when it is reviewed", required=False)


class ExampleFilter(forms.Form):
    """Filters of a list."""

    status = forms.ChoiceField(label="Status", choices=[("", "Any"), ("failed", "Failed")], required=False)
    event = forms.CharField(label="Event", required=False)


def example_context() -> dict[str, Any]:
    """What the examples show."""
    now = timezone.now()
    return {
        "now": now,
        "earlier": now - timedelta(hours=3),
        "form": ExampleForm({"app_name": "", "website": "https://acme.example", "environment": "test"}),
        "filter_form": ExampleFilter(),
        "calls": chart(
            [f"{hour:02d}:00" for hour in range(24)],
            {"Succeeded": [(hour * 7) % 40 + 20 for hour in range(24)], "Failed": [hour % 5 for hour in range(24)]},
            tones={"Failed": "chart-2"},
        ),
    }


def design(request: HttpRequest) -> HttpResponse:
    """Every component."""
    if not (settings.DEBUG or settings.DEMO):
        raise Http404
    examples = []
    for name, title in EXAMPLES.items():
        template = f"design/examples/{name}.html"
        path = get_template(template).origin.name  # type: ignore[attr-defined]  # (the engine's template carries it)
        with open(path, encoding="utf-8") as source:  # noqa: PTH123 (a template origin is a plain path string)
            examples.append({"name": name, "title": title, "template": template, "source": source.read()})
    return render(request, "design/index.html", {**example_context(), "examples": examples})
