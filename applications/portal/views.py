"""The list, the pages of one application, and their buttons."""

from __future__ import annotations

from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.generic import TemplateView
from django.views.generic.edit import FormView

from applications import registry
from applications.conversation import threads
from applications.images import image_response
from applications.models import ApplicationStatusChange, PartnerApplication, ReviewComment
from applications.portal.forms import CommentForm, CreateForm, DeprecateForm, FilterForm
from applications.portal.pages import MANAGE, ApplicationAction, ApplicationPage
from applications.selectors import added_scopes, application_statistics, queue_entry
from applications.services.applications import create_application, delete_application
from applications.services.comments import add_comment
from applications.services.lifecycle import deprecate_application, publish_application
from applications.services.review import withdraw_application
from applications.services.validation import check_content, run_security_validation
from common.errors import DomainError, InvalidError
from common.keyset import uuid_or_none
from common.scopes import SCOPES
from partners.portal.access import PortalPage

PER_PAGE = 25


class ApplicationList(PortalPage, TemplateView):
    """Every application of the partner."""

    template_name = "applications/list.html"
    required_scope = MANAGE

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """One page, filtered."""
        form = FilterForm(self.request.GET or None)
        rows = PartnerApplication.objects.visible_to(self.principal).filter(partner=self.partner)
        if form.is_valid():
            if text := form.cleaned_data["search"]:
                rows = rows.filter(Q(app_name__icontains=text) | Q(description__icontains=text))
            if status := form.cleaned_data["status"]:
                rows = rows.filter(status=status)
        page = Paginator(rows, PER_PAGE).get_page(self.request.GET.get("page"))
        return super().get_context_data(
            page=page, filter_form=form, filtered=bool(self.request.GET), has_any=page.paginator.count > 0, **kwargs
        )


class ApplicationCreate(PortalPage, FormView[CreateForm]):
    """Name it, then go through the steps."""

    template_name = "applications/create.html"
    form_class = CreateForm
    required_scope = MANAGE
    read_scope = MANAGE

    def form_valid(self, form: CreateForm) -> HttpResponse:
        """Draft it."""
        try:
            created = create_application(
                partner=self.partner, app_name=form.cleaned_data["app_name"], actor=self.principal
            )
        except DomainError as refusal:
            form.add_error("app_name" if refusal.field == "app_name" else None, refusal.message)
            return self.form_invalid(form)
        return redirect("application_step", pk=created.pk, step="basics")


class ApplicationDetail(ApplicationPage, TemplateView):
    """What it is and where it stands."""

    template_name = "applications/detail.html"
    extra_context = {"tab": "detail"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Scopes in words, and what is missing while it can be edited."""
        context = super().get_context_data(**kwargs)
        application = self.application
        scopes = [
            {
                "scope": scope,
                "words": SCOPES.get(scope, ""),
                "purpose": application.permission_purposes.get(scope, ""),
                "granted": scope in application.approved_permissions,
            }
            for scope in application.permissions
        ]
        pending = context["pending"]
        blocking = [finding for finding in check_content(application) if finding.blocks] if context["can_edit"] else []
        return {
            **context,
            "scopes": scopes,
            "queue": queue_entry(pending) if pending else None,
            "blocking": blocking,
            "deprecate_form": DeprecateForm(),
        }


class ApplicationReviewPage(ApplicationPage, TemplateView):
    """Submissions, decisions and the conversation."""

    template_name = "applications/review.html"
    extra_context = {"tab": "review"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Newest submission first, comments in order, the form set to what is to be answered."""
        reply = uuid_or_none(self.request.GET.get("reply"))
        context = super().get_context_data(**kwargs)
        versions = [
            {
                "version": version,
                "added": added_scopes(version),
                "decisions": version.reviews.all(),
                "warnings": [row for row in version.checks if row["outcome"] == "failed"],
            }
            for version in self.application.versions.prefetch_related("reviews").order_by("-number")
        ]
        comments = ReviewComment.objects.visible_to(self.principal).filter(application=self.application)
        return {
            **context,
            "versions": versions,
            "queue": queue_entry(context["pending"]) if context["pending"] else None,
            "threads": threads(comments),
            "comment_form": CommentForm(comments=comments, initial={"parent": reply}),
        }


class ApplicationStatistics(ApplicationPage, TemplateView):
    """What is counted of it."""

    template_name = "applications/statistics.html"
    read_scope = "read:analytics"
    extra_context = {"tab": "statistics"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Its reviews, and the sections of the apps above, each by its own template."""
        context = super().get_context_data(**kwargs)
        statistics = application_statistics(self.application)
        submissions = statistics["submissions"]
        seconds = submissions["medianReviewSeconds"]
        panels = [
            {"template": panel.template, "wide": panel.wide, "figures": statistics[section]}
            for section, panel in registry.statistics_panels.items()
        ]
        return {
            **context,
            "submissions": submissions,
            "review_time": None if seconds is None else 1000 * seconds,
            "narrow": [panel for panel in panels if not panel["wide"]],
            "wide": [panel for panel in panels if panel["wide"]],
        }


class ApplicationHistory(ApplicationPage, TemplateView):
    """Who moved it from where to where, when and why."""

    template_name = "applications/history.html"
    extra_context = {"tab": "history"}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Newest first; reviewers appear by their role."""
        context = super().get_context_data(**kwargs)
        changes = ApplicationStatusChange.objects.filter(application=self.application).select_related("version")
        return {**context, "changes": changes.order_by("-id")}


class Publish(ApplicationAction):
    """Publish."""

    done = "{name} is published."

    def act(self) -> None:
        """See the service."""
        publish_application(application=self.application, actor=self.principal)


class Withdraw(ApplicationAction):
    """Take a submission back."""

    done = "The submission is withdrawn."

    def act(self) -> None:
        """See the service."""
        withdraw_application(application=self.application, actor=self.principal)


class Deprecate(ApplicationAction):
    """Announce the end."""

    done = "{name} is deprecated."

    def act(self) -> None:
        """See the service."""
        form = DeprecateForm(self.request.POST)
        if not form.is_valid():
            raise InvalidError("Choose the last day.", field="sunset_date", code="required")
        deprecate_application(application=self.application, actor=self.principal, **form.cleaned_data)


class Delete(ApplicationAction):
    """Delete."""

    done = "{name} is deleted."

    def act(self) -> None:
        """See the service."""
        delete_application(application=self.application, actor=self.principal)

    def destination(self) -> str:
        """To the list when it is gone."""
        return reverse("application_list") if self.application.deleted_at is not None else super().destination()


class Validate(ApplicationAction):
    """Run every check, the links included."""

    def act(self) -> None:
        """See the service."""
        run = run_security_validation(application=self.application, actor=self.principal)
        self.done = (
            "Every check that blocks passed." if run.is_passed else f"{len(run.errors)} checks block the submission."
        )

    def destination(self) -> str:
        """To the last step, which shows the result."""
        return reverse("application_step", args=[self.application.pk, "submit"])


class Comment(ApplicationAction):
    """Write to the reviewer."""

    target = "application_review"
    done = "Your message is sent."

    def act(self) -> None:
        """See the service."""
        comments = ReviewComment.objects.visible_to(self.principal).filter(application=self.application)
        form = CommentForm(self.request.POST, comments=comments)
        if not form.is_valid():
            raise InvalidError("Write a message.", field="body", code="blank")
        parent = form.cleaned_data.get("parent")
        add_comment(
            application=self.application,
            body=form.cleaned_data["body"],
            parent_id=parent.pk if parent else None,
            actor=self.principal,
        )


class ApplicationImage(ApplicationPage):
    """The icon or a screenshot, for members of the partner alone."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The stored file, named by the application; nothing else in storage can be reached."""
        position: int | None = kwargs.get("position")
        return image_response(self.load(), 0 if position is None else position + 1)
