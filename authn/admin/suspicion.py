"""Suspicious activity in the admin: the evidence, and what to do about it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from authn.admin.reasons import ReasonForm
from authn.models import ApiKey, SuspiciousActivity
from authn.services.keys import revoke_api_key
from authn.services.suspicion import decide_suspicion, revoke_suspicious_key
from common.ask import ask_to
from common.attempts import attempt
from common.readonly_admin import ReadOnlyAdmin, in_lines
from partners.selectors import staff_behind

TONES = {"open": "danger", "resolved": "success", "dismissed": "info"}
Status = SuspiciousActivity.Status


class NoteForm(forms.Form):
    """What was found out."""

    reason = forms.CharField(
        max_length=2000, label="Note, for colleagues", widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


def ask_why(
    page: ModelAdmin,
    request: HttpRequest,
    original: Any,
    *,
    title: str,
    act: Callable[[str], Any],
    done: str,
    form_class: type[forms.Form] = ReasonForm,
) -> HttpResponse:
    """A page with one form and one button; the reason that was given goes to `act`."""
    back = redirect(f"admin:{page.opts.app_label}_{page.opts.model_name}_change", original.pk)
    form = form_class(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        attempt(request, lambda: act(form.cleaned_data["reason"]), done)
        return back
    return ask_to(page, request, original, form, title=title)


class RevokingAdmin(ReadOnlyAdmin):
    """Keys can be revoked from here, with a reason in free text."""

    actions_detail = ["revoke_key"]

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Those who may change keys; a key that is revoked stays so."""
        revoked = ApiKey.Status.REVOKED
        is_revoked = object_id is not None and ApiKey.objects.filter(pk=object_id, status=revoked).exists()
        return not is_revoked and request.user.has_perm("authn.change_apikey")

    @action(description="Revoke…", url_path="revoke", permissions=["revoke"], icon="block")
    def revoke_key(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Ask why, then stop the key."""
        key = ApiKey.objects.get(pk=object_id)
        actor = staff_behind(request)
        return ask_why(
            self,
            request,
            key,
            title="Revoke",
            act=lambda reason: revoke_api_key(api_key=key, reason=reason, actor=actor),
            done="Revoked. It stops with the next call.",
        )


@admin.register(SuspiciousActivity)
class SuspiciousActivityAdmin(ReadOnlyAdmin):
    """What looks like abuse: judged here."""

    list_display = ["kind", "subject", "partner", "status_label", "created_at", "last_seen_at"]
    list_filter = ["status", "kind"]
    list_select_related = ["partner"]
    search_fields = ["subject", "partner__partner_name", "api_key__key_prefix"]
    search_help_text = "Network, prefix, key or partner"
    exclude = ["evidence"]
    readonly_fields = ["figures"]
    actions_detail = ["revoke", "resolve", "dismiss"]

    @display(description="Evidence")
    def figures(self, row: SuspiciousActivity) -> str:
        """What was counted."""
        return in_lines(row.evidence)

    @display(description="Status", ordering="status", label=TONES)
    def status_label(self, row: SuspiciousActivity) -> tuple[str, str]:
        """Where it stands."""
        return row.status, row.get_status_display()

    def has_judge_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Open findings, by those who may change keys."""
        is_open = object_id is None or SuspiciousActivity.objects.filter(pk=object_id, status=Status.OPEN).exists()
        return is_open and request.user.has_perm("authn.change_apikey")

    def has_revoke_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """The same, if there is a key."""
        has_key = object_id is None or SuspiciousActivity.objects.filter(pk=object_id, api_key__isnull=False).exists()
        return has_key and self.has_judge_permission(request, object_id)

    @action(description="Revoke the key…", url_path="revoke", permissions=["revoke"], icon="block")
    def revoke(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """Stop the key for good."""
        row, actor = SuspiciousActivity.objects.get(pk=object_id), staff_behind(request)
        return ask_why(
            self,
            request,
            row,
            title="Revoke the key",
            act=lambda reason: revoke_suspicious_key(suspicion=row, reason=reason, actor=actor),
            done="The key is revoked.",
        )

    def decide(self, request: HttpRequest, object_id: str, status: str, title: str) -> HttpResponse:
        """Ask for a note, then write the judgement down."""
        row, actor = SuspiciousActivity.objects.get(pk=object_id), staff_behind(request)
        return ask_why(
            self,
            request,
            row,
            title=title,
            act=lambda note: decide_suspicion(suspicion=row, status=status, note=note, actor=actor),
            done="Noted.",
            form_class=NoteForm,
        )

    @action(description="Resolve…", url_path="resolve", permissions=["judge"], icon="check")
    def resolve(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It was abuse, and is dealt with."""
        return self.decide(request, object_id, Status.RESOLVED, "Resolve")

    @action(description="Dismiss…", url_path="dismiss", permissions=["judge"], icon="close")
    def dismiss(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """It was none."""
        return self.decide(request, object_id, Status.DISMISSED, "Dismiss")
