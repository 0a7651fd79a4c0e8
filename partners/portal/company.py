"""Company profile, a person's name, limits, notifications, and opening an account."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.forms import Form
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse_lazy
from django.views.generic import TemplateView
from django.views.generic.edit import FormView

from common.errors import DomainError, InvalidError
from common.principal import Principal, PrincipalKind
from common.scopes import SCOPES
from partners import tiers
from partners.files import IMAGE_TYPES, MAX_LOGO_BYTES, read_upload, sniff
from partners.models import Partner, User
from partners.portal.access import PortalPage
from partners.portal.forms import CompanyForm, LogoForm, NameForm, PreferencesForm, StartForm, show_refusal
from partners.portal.pages import MANAGE, ActionPage, FormPage
from partners.readiness import outstanding
from partners.selectors import SESSION_PARTNER
from partners.services.accounts import rename_user
from partners.services.logo import set_logo
from partners.services.mail import preferences_of, set_preferences
from partners.services.partners import update_partner
from partners.services.signup import open_account


class CompanyPage(FormPage):
    """The profile; members without the right to change it read it."""

    template_name = "partners/company.html"
    form_class = CompanyForm
    success_url = reverse_lazy("company")
    required_scope = MANAGE

    def get_initial(self) -> dict[str, Any]:
        """The country's code: the field holds an object."""
        return {"country": self.partner.country.code}

    def get_form_kwargs(self) -> dict[str, Any]:
        """Bound to the partner on file."""
        return {**super().get_form_kwargs(), "instance": Partner.objects.get(pk=self.partner.pk)}

    def save(self, data: dict[str, Any]) -> Partner:
        """Change what was changed."""
        return update_partner(partner=self.partner, actor=self.principal, **data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What is missing to go live, and the logo's form."""
        return super().get_context_data(
            logo_form=LogoForm(), outstanding=outstanding(self.partner), contacts=self.partner.contacts.all(), **kwargs
        )


class LogoPage(ActionPage):
    """Shows the logo (GET) and replaces it (POST)."""

    http_method_names = ["get", "post"]
    back = "company"
    required_scope = MANAGE

    def get(self, request: HttpRequest) -> FileResponse:
        """The picture."""
        if not self.partner.logo:
            raise Http404
        stream = self.partner.logo.open("rb")
        content_type = sniff(stream.read(16)) or "application/octet-stream"
        stream.seek(0)
        return FileResponse(stream, content_type=content_type, headers={"Cache-Control": "private, max-age=300"})

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Take the picture."""
        file = request.FILES.get("logo")
        try:
            if file is None:
                raise ValueError("Choose a file.")  # noqa: TRY301 (one way to refuse a file)
            upload = read_upload(str(file.name), file, types=IMAGE_TYPES, limit=MAX_LOGO_BYTES)
        except ValueError as error:
            raise InvalidError(str(error), field="logo") from None
        set_logo(partner=self.partner, upload=upload, actor=self.principal)
        return "Logo replaced."


class LimitsPage(PortalPage, TemplateView):
    """What the tier allows, and how much of it is used."""

    template_name = "partners/limits.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Every tier beside the partner's own."""
        return super().get_context_data(
            usage=tiers.usage_of(self.partner),
            tiers=[(tier, tiers.limits_of(tier)) for tier in Partner.Tier],
            scopes=[
                (name, text, [name in tiers.limits_of(tier).scopes for tier in Partner.Tier])
                for name, text in SCOPES.items()
                if name != "admin"
            ],
            **kwargs,
        )


class NotificationsPage(FormPage):
    """Which e-mail a person wants."""

    template_name = "partners/notifications.html"
    form_class = PreferencesForm
    success_url = reverse_lazy("notifications")

    def get_initial(self) -> dict[str, Any]:
        """What is on."""
        user = cast("User", self.request.user)
        return {"enabled": [name for name, enabled in preferences_of(user).items() if enabled]}

    def save(self, data: dict[str, Any]) -> None:
        """Keep the choice."""
        set_preferences(user=cast("User", self.request.user), enabled=data["enabled"])


class ProfilePage(LoginRequiredMixin, FormView[Any]):
    """A person's own name, whether they belong to a partner or not."""

    template_name = "account/name.html"
    form_class = NameForm
    success_url = reverse_lazy("profile")

    def get_initial(self) -> dict[str, Any]:
        """The name on file."""
        return {"name": cast("User", self.request.user).name}

    def form_valid(self, form: Form) -> HttpResponse:
        """Keep it."""
        person = cast("User", self.request.user)
        actor = Principal(kind=PrincipalKind.USER, user_id=person.pk, label=person.email)
        try:
            rename_user(user=person, actor=actor, **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        messages.success(self.request, "Name saved.")
        return super().form_valid(form)


class StartPage(LoginRequiredMixin, FormView[Any]):
    """A person who belongs nowhere, or wants another account, opens one."""

    template_name = "partners/start.html"
    form_class = StartForm

    def form_valid(self, form: Form) -> HttpResponse:
        """Open it and act for it from now on."""
        try:
            partner = open_account(user=cast("User", self.request.user), **form.cleaned_data)
        except DomainError as refusal:
            show_refusal(form, refusal)
            return self.form_invalid(form)
        self.request.session[SESSION_PARTNER] = str(partner.id)
        messages.success(self.request, "Your account is open. The sandbox works at once.")
        return redirect("portal_home")
