"""The submission wizard: steps that save as one types, and what still stands in the way."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.generic.base import TemplateResponseMixin

from applications.checks.catalogue import Outcome
from applications.models import PartnerApplication
from applications.portal import forms
from applications.portal.pages import MANAGE, ApplicationAction, ApplicationPage
from applications.services.applications import update_application
from applications.services.images import add_screenshot, remove_screenshot, set_icon
from applications.services.review import submit_application
from applications.services.validation import check_content, current_run
from common.errors import ConflictError, DomainError, InvalidError, InvalidFieldsError

STEP_OF_FIELD = {
    "app_name": "basics",
    "description": "basics",
    "homepage_url": "basics",
    "permissions": "permissions",
    "permission_purposes": "permissions",
    "data_access": "data",
    "security_info": "security",
    "privacy_policy_url": "links",
    "support_url": "links",
    "redirect_uris": "links",
    "icon": "links",
    "screenshots": "links",
}


@dataclass(frozen=True)
class Step:
    """One page of the wizard."""

    slug: str
    label: str
    title: str
    form: type[forms.StepForm] | None


STEPS = (
    Step("basics", "Basics", "What it is", forms.BasicsForm),
    Step("permissions", "Permissions", "What it may do", forms.PermissionsForm),
    Step("data", "Data", "What happens to the data", forms.DataForm),
    Step("security", "Security", "How it is kept safe", forms.SecurityForm),
    Step("links", "Links and images", "Where people are sent", forms.LinksForm),
    Step("submit", "Submit", "Check and submit", None),
)


class WizardStep(TemplateResponseMixin, ApplicationPage):
    """One step. A form that changes posts itself (htmx); the button saves and goes on."""

    required_scope = MANAGE
    read_scope = MANAGE

    def find_step(self) -> Step:
        """The step named in the address."""
        step = next((step for step in STEPS if step.slug == self.kwargs["step"]), None)
        if step is None:
            raise Http404
        return step

    def get_template_names(self) -> list[str]:
        """A template per step."""
        return [f"applications/wizard/{self.find_step().slug}.html"]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """The form, the other steps, and the checks."""
        context = super().get_context_data(**kwargs)
        step, application = self.find_step(), self.application
        position = STEPS.index(step)
        if "form" not in context:
            context["form"] = step.form(initial=step.form.start(application)) if step.form else forms.ReviewForm()
        return {
            **context,
            **check_context(self),
            "step": step,
            "steps": STEPS,
            "next_step": STEPS[position + 1] if position + 1 < len(STEPS) else None,
            "previous_step": STEPS[position - 1] if position else None,
        }

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Show the step; an application that cannot be edited has no wizard."""
        context = self.get_context_data()
        if not context["can_edit"]:
            messages.info(request, "It cannot be edited now.")
            return redirect("application_detail", pk=self.application.pk)
        return self.render_to_response(context)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """Save; answer htmx with what changed on the page, a browser with the next step."""
        step, application = self.find_step(), self.load()
        if step.form is None:
            raise Http404
        form = step.form(request.POST)
        problem = save(form, application, self) if form.is_valid() else ""
        if request.headers.get("HX-Request"):
            context = {**check_context(self), "problem": problem, "form": form, "oob": True}
            return render(request, "applications/wizard/saved.html", context)
        if problem or not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form))
        following = STEPS[STEPS.index(step) + 1]
        return redirect("application_step", pk=application.pk, step=following.slug)


def save(form: forms.StepForm, application: PartnerApplication, page: ApplicationPage) -> str:
    """Save a valid form; return why the service refused, also put on the form."""
    try:
        update_application(application=application, actor=page.principal, **form.changes(application))
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return refusal.message
    return ""


def check_context(page: ApplicationPage) -> dict[str, Any]:
    """What is missing, each with the step that mends it; network findings from the latest run of this content."""
    application = page.application
    found = [finding.as_json() for finding in check_content(application)]
    run = current_run(application)
    if run is not None:
        pure = {row["id"] for row in found}
        found += [row for row in run.findings if row["id"] not in pure]
    rows = [{**row, "step": STEP_OF_FIELD.get(row["field"], "")} for row in found]
    failing = [row for row in rows if row["outcome"] == Outcome.FAILED]
    return {
        "application": application,
        "errors": [row for row in failing if row["severity"] == "error"],
        "warnings": [row for row in failing if row["severity"] == "warning"],
        "passed": [row for row in rows if row["outcome"] == Outcome.PASSED],
        "run": run,
    }


class Submit(ApplicationAction):
    """The last button."""

    done = "{name} is submitted for review."
    refused = False

    def act(self) -> None:
        """See the service."""
        submit_application(
            application=self.application, note=self.request.POST.get("note", "")[:5_000], actor=self.principal
        )

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """A refusal by the checks leads back to them."""
        try:
            return super().perform(request, **kwargs)
        except InvalidFieldsError as refusal:
            self.refused = True
            message = f"Not submitted: {len(refusal.errors)} fields have to change first."
            raise ConflictError("checks_failed", message) from None

    def destination(self) -> str:
        """Where the checks are shown, if they refused."""
        if self.refused:
            return reverse("application_step", args=[self.application.pk, "submit"])
        return super().destination()


class Upload(ApplicationAction):
    """An icon or a screenshot."""

    kind = "icon"
    done = "The image is stored."

    def act(self) -> None:
        """See the services."""
        file = self.request.FILES.get("image")
        if file is None or file.file is None:
            raise InvalidError("Choose an image.", field=self.kind, code="required")
        store = set_icon if self.kind == "icon" else add_screenshot
        store(application=self.application, file=file.file, actor=self.principal)

    def destination(self) -> str:
        """To the step it came from."""
        return reverse("application_step", args=[self.application.pk, "links"])


class RemoveScreenshot(Upload):
    """Take a screenshot off."""

    done = "The screenshot is removed."

    def act(self) -> None:
        """See the service."""
        name = self.request.POST.get("name", "")
        remove_screenshot(application=self.application, name=name, actor=self.principal)
