"""The key pages of the portal."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from authn.models import ApiKey
from authn.portal.forms import ChangeKeyForm, GenerateKeyForm, RevokeKeyForm, RotateKeyForm
from authn.services import keys
from authn.services.rate_limits import check_rate_limit
from common.errors import DomainError, InvalidError
from common.scopes import SCOPES
from partners.portal.access import PortalPage


def refuse(form: forms.Form, error: DomainError) -> None:
    """Show a refusal of a service on the form, at its field if the form has it."""
    field = error.field if isinstance(error, InvalidError) and error.field in form.fields else None
    form.add_error(field, error.message)


class KeyPageBase(PortalPage):
    """Everyone may look at keys; changing them needs manage:keys."""

    required_scope = "manage:keys"

    def key(self, pk: uuid.UUID) -> ApiKey:
        """One of the partner's keys, or 404."""
        rows = ApiKey.objects.visible_to(self.principal).select_related("application", "successor", "partner")
        return get_object_or_404(rows, pk=pk)

    def show_list(self, form: GenerateKeyForm | None = None, issued: keys.IssuedKey | None = None) -> HttpResponse:
        """The list; with the dialog open on a refused form, or with a new key on its one appearance."""
        rows = ApiKey.objects.visible_to(self.principal).select_related("application")[:200]
        context = self.get_context_data(
            keys=rows, form=form or GenerateKeyForm(self.partner), form_open=form is not None, issued=issued
        )
        status = 400 if form is not None else 200
        response = render(self.request, "keys/list.html", context, status=status)
        if issued is not None:
            response["Cache-Control"] = "no-store"
        return response

    def show_key(self, key: ApiKey, change: ChangeKeyForm | None = None) -> HttpResponse:
        """One key."""
        initial = {
            "scopes": key.scopes,
            "rate_limit": key.effective_rate_limit,
            "allowed_networks": "\n".join(key.allowed_networks),
        }
        assert key.application is not None  # noqa: S101 (a partner's key has an application)
        context = self.get_context_data(
            key=key,
            standing=check_rate_limit(api_key=key) if key.is_usable else None,
            scopes=[(scope, SCOPES[scope], scope in key.effective_scopes()) for scope in key.scopes],
            change=change or ChangeKeyForm(key.application, initial=initial),
            rotate=RotateKeyForm(),
            revoke=RevokeKeyForm(),
        )
        return render(self.request, "keys/detail.html", context, status=400 if change is not None else 200)


class KeyListPage(KeyPageBase):
    """All keys, and the making of a new one."""

    def get(self, request: HttpRequest) -> HttpResponse:
        """The list."""
        return self.show_list()

    def post(self, request: HttpRequest) -> HttpResponse:
        """Make a key and show it, once."""
        form = GenerateKeyForm(self.partner, request.POST)
        if form.is_valid():
            try:
                issued = keys.generate_api_key(**form.service_arguments(), actor=self.principal)
            except DomainError as error:
                refuse(form, error)
            else:
                return self.show_list(issued=issued)
        return self.show_list(form=form)


class KeyPage(KeyPageBase):
    """One key: what it may do, how it is used, and changing it."""

    def get(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """The key."""
        return self.show_key(self.key(pk))

    def post(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Change scopes, limit and networks together, or nothing."""
        key = self.key(pk)
        assert key.application is not None  # noqa: S101 (a partner's key has an application)
        form = ChangeKeyForm(key.application, request.POST)
        if form.is_valid():
            try:
                with transaction.atomic():
                    keys.update_scopes(api_key=key, scopes=form.cleaned_data["scopes"], actor=self.principal)
                    keys.update_rate_limit(
                        api_key=key, rate_limit=form.cleaned_data["rate_limit"], actor=self.principal
                    )
                    keys.update_allowed_networks(api_key=key, allowed_networks=form.networks(), actor=self.principal)
            except DomainError as error:
                refuse(form, error)
            else:
                messages.success(request, "Saved. It holds from the next call on.")
                return redirect("key", pk=key.pk)
        return self.show_key(key, change=form)


class KeyActionPage(KeyPageBase):
    """A change by a button: rotate, end the overlap, revoke."""

    http_method_names = ["post"]
    action = ""

    def post(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Do it, say so, go back to the key."""
        key = self.key(pk)
        try:
            act: Callable[[ApiKey], HttpResponse] = getattr(self, self.action)
            return act(key)
        except DomainError as error:
            messages.error(request, error.message)
            return redirect("key", pk=pk)

    def rotate(self, key: ApiKey) -> HttpResponse:
        """Replace the key, and show its successor once."""
        form = RotateKeyForm(self.request.POST)
        if not form.is_valid():
            raise InvalidError("Choose one of the overlaps.", field="overlap_hours")
        issued = keys.rotate_api_key(api_key=key, **form.cleaned_data, actor=self.principal)
        return self.show_list(issued=issued)

    def end_overlap(self, key: ApiKey) -> HttpResponse:
        """Stop a rotated key now."""
        keys.end_overlap(api_key=key, actor=self.principal)
        messages.success(self.request, "The old key has stopped.")
        return redirect("key", pk=key.pk)

    def revoke(self, key: ApiKey) -> HttpResponse:
        """Stop the key for good."""
        reason = str(self.request.POST.get("reason", ""))[:200]
        keys.revoke_api_key(api_key=key, reason=reason, actor=self.principal)
        messages.success(self.request, f"The key {key} is revoked.")
        return redirect("keys")
