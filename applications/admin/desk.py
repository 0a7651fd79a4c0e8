"""The review desk: the queue of submissions, and one submission with all a decision needs."""

from __future__ import annotations

import uuid
from functools import partial
from typing import Any

from django.contrib import admin, messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from unfold.admin import ModelAdmin
from unfold.decorators import action, display

from applications.admin.decisions import VERBS, DecisionForm
from applications.conversation import threads
from applications.images import image_response
from applications.models import ApplicationVersion, ReviewComment
from applications.risk import APPROVALS_NEEDED, Risk
from applications.selectors import added_scopes, version_difference
from common.attempts import attempt
from common.keyset import uuid_or_none
from common.principal import Principal
from common.readonly_admin import ServiceWritten, readable
from common.scopes import HIGH_RISK_SCOPES, PERSONAL_DATA_SCOPES, SCOPES
from common.templatetags.treaty import ago
from partners.selectors import staff_behind

CONTENT_LABELS = {
    "app_name": "Name",
    "description": "Description",
    "data_access": "Data",
    "security_info": "Security",
    "homepage_url": "Home page",
    "privacy_policy_url": "Privacy policy",
    "support_url": "Support",
    "redirect_uris": "Redirect URIs",
    "permissions": "Permissions",
    "permission_purposes": "Purposes",
    "icon": "Icon",
    "screenshots": "Screenshots",
}
SHOWN = [name for name in CONTENT_LABELS if name not in {"permissions", "permission_purposes", "icon", "screenshots"}]


class QueueFilter(admin.SimpleListFilter):
    """Opens on what waits."""

    title = "queue"
    parameter_name = "queue"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """Beside the default."""
        return [("mine", "Claimed by me"), ("late", "Past due"), ("high", "High risk"), ("all", "Decided too")]

    def choices(self, changelist: Any) -> Any:
        """Name the default for what it is."""
        choices = list(super().choices(changelist))
        choices[0]["display"] = "Waiting"
        return choices

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        """The waiting ones, or those chosen."""
        pending = queryset.filter(status__in=ApplicationVersion.PENDING)
        chosen: dict[str | None, QuerySet[Any]] = {
            "mine": pending.filter(claimed_by=request.user.pk),
            "late": pending.filter(due_at__lt=timezone.now()),
            "high": pending.filter(risk=Risk.HIGH),
            "all": queryset,
        }
        return chosen.get(self.value(), pending)


@admin.register(ApplicationVersion)
class SubmissionAdmin(ServiceWritten, ModelAdmin):
    """Submissions in the order they are due; riskier ones are due sooner."""

    list_display = [
        "app_name",
        "partner",
        "number",
        "risk_label",
        "status_label",
        "clock",
        "claimed_by",
        "scopes_added",
    ]
    list_filter = [QueueFilter, "risk", "status"]
    search_fields = ["app_name", "application__partner__partner_name"]
    ordering = ["due_at", "id"]
    list_select_related = ["application__partner", "claimed_by"]
    actions = ["claim_selected", "release_selected", "approve_selected"]
    list_per_page = 50

    @display(description="Partner", ordering="application__partner__partner_name")
    def partner(self, version: ApplicationVersion) -> str:
        """Whose it is."""
        return str(version.application.partner)

    @display(description="Risk", ordering="risk", label={"high": "danger", "medium": "warning", "low": "success"})
    def risk_label(self, version: ApplicationVersion) -> str:
        """How much harm it could do."""
        return version.risk

    @display(description="Status", ordering="status", label={"submitted": "info", "in_review": "warning"})
    def status_label(self, version: ApplicationVersion) -> tuple[str, str]:
        """How far it is."""
        return version.status, version.get_status_display()

    @display(description="Due", ordering="due_at")
    def clock(self, version: ApplicationVersion) -> str:
        """The SLA clock; decided ones show how long they took."""
        if version.decided_at is not None:
            hours = (version.decided_at - version.created_at).total_seconds() / 3600
            return f"decided in {hours:.0f} h"
        late = timezone.now() > version.due_at
        return f"overdue, {ago(version.due_at)}" if late else ago(version.due_at)

    @display(description="Adds")
    def scopes_added(self, version: ApplicationVersion) -> str:
        """Scopes no approved version had."""
        return ", ".join(added_scopes(version)) or "nothing"

    def get_urls(self) -> list[URLPattern]:
        """The buttons of the desk, before the catch-all of a change page."""
        decide = path(
            "<uuid:pk>/decide/", self.admin_site.admin_view(self.decide), name="applications_applicationversion_decide"
        )
        image = path(
            "<uuid:pk>/images/<int:position>/",
            self.admin_site.admin_view(self.image),
            name="applications_applicationversion_image",
        )
        urls: list[URLPattern] = super().get_urls()
        return [decide, image, *urls]

    def image(self, request: HttpRequest, pk: uuid.UUID, position: int) -> HttpResponse:
        """An image the version was submitted with: 0 is the icon, then the screenshots. For reviewers alone."""
        version = get_object_or_404(ApplicationVersion, pk=pk)
        if not self.has_view_permission(request, version):
            return HttpResponse(status=403)
        return image_response(version, position)

    def decide(self, request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
        """Run one verb on one submission."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        version = get_object_or_404(ApplicationVersion.objects.select_related("application"), pk=pk)
        here = redirect("admin:applications_applicationversion_change", version.pk)
        form = DecisionForm(request.POST, application=version.application)
        verb = VERBS.get(request.POST.get("verb", ""))
        if not self.has_change_permission(request, version) or verb is None or not form.is_valid():
            messages.error(request, "You may not do this.")
        elif verb.needs_pending and not version.is_pending:
            messages.error(request, f"This version is {version.get_status_display().lower()} already.")
        else:
            given = [version.application, form.words(), staff_behind(request)]
            if verb.answers:
                given.append(form.cleaned_data["reply_to"])
            attempt(request, partial(verb.act, *given), verb.done)
        return here

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """The desk in place of a form."""
        version = self.get_object(request, object_id or "")
        if version is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[no-any-return]  # (its stub returns Any)
        if not self.has_view_permission(request, version):
            messages.error(request, "You may not see this.")
            return redirect("admin:index")
        reply = uuid_or_none(request.GET.get("reply"))
        context = {
            **self.admin_site.each_context(request),
            **desk_context(version, staff_behind(request)),
            "title": str(version),
            "opts": self.opts,
            "original": version,
            "show_back_button": True,
            "form": DecisionForm(application=version.application, initial={"reply_to": reply}),
            "decide_url": reverse("admin:applications_applicationversion_decide", args=[version.pk]),
            "can_decide": self.has_change_permission(request, version),
        }
        return TemplateResponse(request, "admin/applications/desk.html", context)

    def each(self, request: HttpRequest, queryset: QuerySet[ApplicationVersion], verb: str) -> None:
        """Run a verb on every selected submission by itself: one refusal stops no other."""
        for version in queryset.select_related("application").order_by("due_at"):
            if not version.is_pending:
                messages.error(request, f"{version}: it is {version.get_status_display().lower()} already.")
                continue
            act = partial(VERBS[verb].act, version.application, "", staff_behind(request))
            attempt(request, act, f"{version}: {VERBS[verb].done}")

    @action(description="Claim", permissions=["change"])
    def claim_selected(self, request: HttpRequest, queryset: QuerySet[ApplicationVersion]) -> None:
        """Take the selected ones."""
        self.each(request, queryset, "claim")

    @action(description="Release", permissions=["change"])
    def release_selected(self, request: HttpRequest, queryset: QuerySet[ApplicationVersion]) -> None:
        """Put the selected ones back."""
        self.each(request, queryset, "release")

    @action(description="Approve (low risk, no remarks)", permissions=["change"])
    def approve_selected(self, request: HttpRequest, queryset: QuerySet[ApplicationVersion]) -> None:
        """Approve those nobody has to look at twice: low risk, and no check had a remark. The others are named."""
        safe = []
        for version in queryset:
            if version.risk != Risk.LOW or any(row["outcome"] == "failed" for row in version.checks):
                messages.warning(request, f"{version}: open it, it needs a look.")
            else:
                safe.append(version.pk)
        self.each(request, queryset.filter(pk__in=safe), "approve")


def desk_context(version: ApplicationVersion, who: Principal) -> dict[str, Any]:
    """All a decision needs."""
    application = version.application
    added = added_scopes(version)
    failing = [row for row in version.checks if row["outcome"] == "failed"]
    return {
        "version": version,
        "application": application,
        "scopes": [
            {
                "scope": scope,
                "words": SCOPES.get(scope, ""),
                "purpose": version.permission_purposes.get(scope, ""),
                "added": scope in added,
                "personal": scope in PERSONAL_DATA_SCOPES,
                "risky": scope in HIGH_RISK_SCOPES,
            }
            for scope in version.permissions
        ],
        "content": [(CONTENT_LABELS[name], readable(getattr(version, name))) for name in SHOWN],
        "screenshots": range(1, len(version.screenshots) + 1),
        "difference": [{**row, "label": CONTENT_LABELS[row["field"]]} for row in version_difference(version)],
        "failing": failing,
        "passing": [row for row in version.checks if row["outcome"] != "failed"],
        "threads": threads(ReviewComment.objects.filter(application=application).select_related("version")),
        "decisions": version.reviews.all(),
        "approvals_needed": APPROVALS_NEEDED[Risk(version.risk)],
        "approvals_given": version.reviews.filter(decision="approve").count(),
        "earlier": application.versions.exclude(pk=version.pk).prefetch_related("reviews").order_by("-number"),
        "mine": version.claimed_by_id is not None and version.claimed_by_id == who.user_id,
        "is_late": version.is_pending and timezone.now() > version.due_at,
    }
