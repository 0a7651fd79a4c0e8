"""The audit view: every change of the tables one may see, searched by who, whence, which request and which partner."""

from __future__ import annotations

import uuid
from dataclasses import replace
from typing import Any

from django import forms
from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.template.response import TemplateResponse
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminSplitDateTimeWidget, UnfoldAdminTextInputWidget

from common.principal import Principal
from partners.audit import AuditFilter, Place, csv_response, event_models, read_audit
from partners.selectors import staff_behind

LIMIT = 200


def nouns(who: Principal) -> list[tuple[str, str]]:
    """The tracked models whose rows this person may see, by label."""
    tracked = [model.pgh_tracked_model._meta for model in event_models()]
    return sorted(
        (meta.label_lower, str(meta.verbose_name))
        for meta in tracked
        if who.has_permission(f"{meta.app_label}.{get_permission_codename('view', meta)}")
    )


class AuditForm(forms.Form):
    """What to look for."""

    partner = forms.UUIDField(required=False, label="Partner ID", widget=UnfoldAdminTextInputWidget)
    actor = forms.CharField(required=False, label="Who (email or key)", widget=UnfoldAdminTextInputWidget)
    request_id = forms.CharField(required=False, label="Request ID", widget=UnfoldAdminTextInputWidget)
    ip = forms.GenericIPAddressField(required=False, label="IP address", widget=UnfoldAdminTextInputWidget)
    noun = forms.ChoiceField(required=False, label="What", widget=UnfoldAdminSelectWidget)
    since = forms.SplitDateTimeField(required=False, label="Since", widget=UnfoldAdminSplitDateTimeWidget)
    before = forms.SplitDateTimeField(required=False, label="Before", widget=UnfoldAdminSplitDateTimeWidget)

    def __init__(self, *args: Any, who: Principal, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.nouns = nouns(who)
        self.fields["noun"].choices = [("", "Anything"), *self.nouns]  # type: ignore[attr-defined]  # (a ChoiceField)

    def wanted(self) -> AuditFilter:
        """The filter; everything they may see when nothing valid was entered."""
        data: dict[str, Any] = self.cleaned_data if self.is_valid() else {}
        partner: uuid.UUID | None = data.get("partner")
        return AuditFilter(
            partner_id=partner,
            actor=data.get("actor", ""),
            request_id=data.get("request_id", ""),
            ip=data.get("ip", ""),
            noun=data.get("noun", ""),
            among=frozenset(label for label, _ in self.nouns),
            since=data.get("since"),
            before=data.get("before"),
        )


def audit_view(request: HttpRequest) -> HttpResponseBase:
    """The search, or its result as CSV."""
    if not request.user.has_perm("partners.view_partner"):
        raise PermissionDenied
    form = AuditForm(request.GET, who=staff_behind(request))
    if "csv" in request.GET:
        return csv_response(form.wanted(), "audit.csv")
    wanted = replace(form.wanted(), after=Place.read(request.GET.get("after", "")))
    entries = read_audit(wanted, limit=LIMIT + 1)
    query = request.GET.copy()
    query.pop("after", None)
    first, export = query.urlencode(), f"{query.urlencode()}&csv=1"
    older = ""
    if len(entries) > LIMIT:
        query["after"] = str(entries[LIMIT - 1].place)
        older = query.urlencode()
    context = {
        **admin.site.each_context(request),
        "title": "Audit",
        "form": form,
        "entries": entries[:LIMIT],
        "export": f"?{export}",
        "first": f"?{first}" if wanted.after else "",
        "older": f"?{older}" if older else "",
    }
    return TemplateResponse(request, "admin/partners/audit.html", context)
