"""Applications in the admin: read, suspend, resume."""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from unfold.admin import ModelAdmin, TabularInline
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget

from applications.models import ApplicationStatusChange, ApplicationVersion, PartnerApplication
from applications.selectors import application_statistics
from applications.services.lifecycle import resume_application, suspend_application
from common.api.casing import underscore
from common.ask import ask_to
from common.attempts import attempt
from common.readonly_admin import NothingToSave, ServiceWritten, in_lines
from partners.selectors import staff_behind

TONES = {
    "submitted": "info",
    "in_review": "info",
    "changes_requested": "warning",
    "approved": "success",
    "published": "success",
    "rejected": "danger",
    "suspended": "danger",
}


def figures_in_words(statistics: Mapping[str, Any]) -> Iterator[str]:
    """A line for each section, and for each part of one: `calls, live: total 42, errors 3`."""
    for section, figures in statistics.items():
        if not isinstance(figures, dict):
            continue
        plain = {name: one for name, one in figures.items() if not isinstance(one, dict | list)}
        parts = {name: one for name, one in figures.items() if isinstance(one, dict | list)}
        for name, part in {"": plain, **parts}.items():
            if isinstance(part, list):
                said = [" ".join(map(str, row.values())) for row in part]
            else:
                said = [f"{words(key)} {'none' if one is None else one}" for key, one in part.items()]
            if said or name:
                yield f"{words(section)}{f', {words(name)}' if name else ''}: {', '.join(said) or 'none'}"


def words(name: str) -> str:
    """A member's name as people say it."""
    return underscore(name).replace("_", " ")


class HistoryInline(ServiceWritten, TabularInline):
    """Every change of state."""

    model = ApplicationStatusChange
    fields = ["created_at", "from_status", "to_status", "actor_label", "reason"]
    readonly_fields = fields
    ordering = ["-id"]
    extra = 0
    tab = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class SubmissionInline(ServiceWritten, TabularInline):
    """Every submission, linked to the desk."""

    model = ApplicationVersion
    fk_name = "application"
    fields = ["number", "status", "risk", "submitted_label", "created_at", "decided_at"]
    readonly_fields = fields
    ordering = ["-number"]
    extra = 0
    tab = True
    show_change_link = True

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody."""
        return False


class ReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=5_000, label="Reason, for the partner to read", widget=UnfoldAdminTextareaWidget(attrs={"rows": 4})
    )


@admin.register(PartnerApplication)
class ApplicationAdmin(ServiceWritten, NothingToSave, ModelAdmin):
    """What partners wrote is theirs: staff read it, and suspend or resume with a reason."""

    list_display = ["app_name", "partner", "status_label", "scopes", "sunset_date", "updated_at"]
    list_filter = ["status", "partner__tier", ("deleted_at", admin.EmptyFieldListFilter)]
    search_fields = ["app_name", "description", "partner__partner_name", "id"]
    search_help_text = "Name, description, partner or ID"
    exclude = ["search_text", "permission_purposes", "data_access", "security_info"]
    list_select_related = ["partner"]
    inlines = [SubmissionInline, HistoryInline]
    actions_detail = ["suspend", "resume"]

    def get_queryset(self, request: HttpRequest) -> QuerySet[PartnerApplication]:
        """Deleted ones too: what was there stays visible to staff."""
        return PartnerApplication.objects.all()

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> list[str]:
        """All of them; objects as text."""
        names = [field.name for field in PartnerApplication._meta.fields if field.name not in self.exclude]
        return [*names, "purposes", "data", "security", "statistics"]

    @display(description="Status", ordering="status", label=TONES)
    def status_label(self, application: PartnerApplication) -> tuple[str, str]:
        """Where it stands."""
        return application.status, application.get_status_display()

    @display(description="Granted")
    def scopes(self, application: PartnerApplication) -> str:
        """What live keys may have, in a line."""
        first, rest = application.approved_permissions[:3], len(application.approved_permissions[3:])
        return ", ".join([*first, *([f"{rest} more"] if rest else [])]) or "nothing"

    @display(description="Purposes")
    def purposes(self, application: PartnerApplication) -> str:
        """What each scope is for."""
        return in_lines(application.permission_purposes)

    @display(description="Data")
    def data(self, application: PartnerApplication) -> str:
        """What it does with data."""
        return in_lines(application.data_access)

    @display(description="Security")
    def security(self, application: PartnerApplication) -> str:
        """How it is kept safe."""
        return in_lines(application.security_info)

    @display(description="Statistics")
    def statistics(self, application: PartnerApplication) -> str:
        """What is counted of it, as its partner sees it."""
        return in_lines("\n".join(figures_in_words(application_statistics(application))))

    @action(description="Suspend", url_path="suspend", permissions=["change"], icon="block")
    def suspend(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Ask for the reason, then stop it."""
        return self.with_reason(request, object_id, title="Suspend", verb=suspend_application, done="It is suspended.")

    @action(description="Resume", url_path="resume", permissions=["change"], icon="play_arrow")
    def resume(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Ask for the reason, then put it back."""
        return self.with_reason(request, object_id, title="Resume", verb=resume_application, done="It works again.")

    def with_reason(
        self, request: HttpRequest, object_id: uuid.UUID, *, title: str, verb: Any, done: str
    ) -> HttpResponse:
        """A page with one field; the service has the last word."""
        application = self.get_object(request, str(object_id))
        if application is None:
            return redirect("admin:applications_partnerapplication_changelist")
        form = ReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason = form.cleaned_data["reason"]
            attempt(request, lambda: verb(application=application, reason=reason, actor=staff_behind(request)), done)
            return redirect("admin:applications_partnerapplication_change", application.pk)
        return ask_to(self, request, application, form, title=title)
