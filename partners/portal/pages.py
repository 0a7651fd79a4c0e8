"""Bases of the partner's own pages."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.forms import Form
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic.edit import FormView

from common.errors import DomainError
from partners.portal.access import PortalPage
from partners.portal.forms import show_refusal

MANAGE = "manage:partner"
MEMBERS = "manage:members"


class FormPage(PortalPage, FormView[Any]):
    """A page with one form: the service's refusal is shown at its fields."""

    done = "Saved."

    def save(self, data: dict[str, Any]) -> Any:
        """Call the service."""
        raise NotImplementedError

    def form_valid(self, form: Form) -> HttpResponse:
        """Save, or show why not."""
        try:
            self.save(form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        messages.success(self.request, self.done)
        return redirect(self.get_success_url())


class ActionPage(PortalPage):
    """A button: POST does it and goes back."""

    http_method_names = ["post"]
    back = ""

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Call the service; return what to tell the person."""
        raise NotImplementedError

    def destination(self) -> str:
        """Where to go afterwards."""
        return self.back

    def post(self, request: HttpRequest, **kwargs: Any) -> HttpResponse:
        """Do it, or say why not."""
        try:
            messages.success(request, self.perform(request, **kwargs))
        except DomainError as refusal:
            messages.error(request, refusal.message)
        return redirect(self.destination())
