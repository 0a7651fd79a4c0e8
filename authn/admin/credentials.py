"""Keys and calls in the admin: looked at, and revoked; never edited."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import admin
from django.db.models import Model, OuterRef, Q, QuerySet, Subquery
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.html import format_html
from unfold.admin import ModelAdmin
from unfold.decorators import display

from applications.models import PartnerApplication
from authn.admin.reasons import stop_selected
from authn.admin.suspicion import RevokingAdmin
from authn.call_search import PERIODS, STATUSES, condition
from authn.gateway.table import table
from authn.models import ApiCall, ApiKey, GatewayRoute, OAuthClient, ServiceAccount
from authn.services.keys import revoke_api_key
from common.keyset import uuid_or_none
from common.principal import NOBODY
from common.readonly_admin import ReadOnlyAdmin, in_lines
from common.revocation import invalidate
from common.scopes import SCOPES
from partners.models import Partner

TONES = {"active": "success", "rotated": "info", "revoked": "danger", "expired": "warning"}


@admin.register(ApiKey)
class ApiKeyAdmin(RevokingAdmin):
    """API keys: found by the prefix in someone's log, revoked with a reason."""

    list_display = ["__str__", "name", "partner", "application", "status_label", "environment", "last_used_at"]
    list_filter = ["status", "environment", "partner__tier"]
    list_select_related = ["partner", "application", "service_account"]
    search_fields = ["key_prefix", "last_four", "name", "partner__partner_name", "application__app_name"]
    search_help_text = "Prefix (the first 8 characters), last four, name, partner or application"
    exclude = ["key_value"]
    actions = ["revoke_selected"]

    @display(description="Status", ordering="status", label=TONES)
    def status_label(self, key: ApiKey) -> tuple[str, str]:
        """As it is now."""
        return key.current_status, ApiKey.Status(key.current_status).label

    @admin.action(description="Revoke…", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[ApiKey]) -> HttpResponse | None:
        """Ask why, then stop each of them."""
        return stop_selected(
            self,
            request,
            queryset.exclude(status=ApiKey.Status.REVOKED),
            name=lambda key: f"{key.label} of {key.partner or key.service_account}",
            stop=lambda key, reason, actor: revoke_api_key(api_key=key, reason=reason, actor=actor),
            done=lambda key: f"{key} is revoked.",
            action="revoke_selected",
            title="Revoke",
        )


def linked(model: type[Model], pk: Any, name: str | None) -> str:
    """A row by its name, with a link; its ID when it is gone."""
    if pk is None or not name:
        return str(pk or "")
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_change", args=[pk])
    return format_html('<a href="{}" class="text-primary-600 dark:text-primary-500">{}</a>', address, name)


class CallFilter(admin.SimpleListFilter):
    """One of the filters that the portal's request log has too."""

    parameter_name: str
    choices_of: dict[str, str] = {}

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        """What can be chosen."""
        return [(value, label) for value, label in self.choices_of.items() if value]

    def queryset(self, request: HttpRequest, queryset: QuerySet[ApiCall]) -> QuerySet[ApiCall]:
        """The calls chosen."""
        value = self.value()
        chosen = value if value in self.choices_of else ""
        return queryset.filter(condition(self.parameter_name, chosen)) if chosen else queryset


class StatusClassFilter(CallFilter):
    """By status."""

    title = "status"
    parameter_name = "status"
    choices_of = STATUSES


class PeriodFilter(CallFilter):
    """By time."""

    title = "time"
    parameter_name = "hours"
    choices_of = PERIODS


@admin.register(ApiCall)
class ApiCallAdmin(ReadOnlyAdmin):
    """The request log."""

    list_display = ["at", "method", "route", "status", "duration_ms", "partner", "request_id", "environment"]
    exclude = ["partner_id", "application_id", "credential_id", "headers"]
    readonly_fields = ["partner", "application", "credential", "header_text"]
    list_filter = [StatusClassFilter, PeriodFilter, "environment", "method"]
    search_fields = ["request_id__exact", "route__startswith"]
    search_help_text = "Request id, id of a partner or credential, or the beginning of a route"
    list_per_page = 50

    def get_queryset(self, request: HttpRequest) -> QuerySet[ApiCall]:
        """With the partner's name."""
        name = Partner.objects.filter(pk=OuterRef("partner_id")).values("partner_name")
        calls: QuerySet[ApiCall] = super().get_queryset(request)
        return calls.annotate(partner_name=Subquery(name))

    @display(description="Partner")
    def partner(self, call: ApiCall) -> str:
        """Whose credential it was; a core service has no partner."""
        return linked(Partner, call.partner_id, getattr(call, "partner_name", None))

    @display(description="Application")
    def application(self, call: ApiCall) -> str:
        """Which application's."""
        found = PartnerApplication.objects.filter(pk=call.application_id or NOBODY).first()
        return linked(PartnerApplication, call.application_id, found.app_name if found else None)

    @display(description="Credential")
    def credential(self, call: ApiCall) -> str:
        """The key or the OAuth client."""
        if key := ApiKey.objects.filter(pk=call.credential_id or NOBODY).first():
            return linked(ApiKey, key.pk, key.label)
        client = OAuthClient.objects.filter(pk=call.credential_id or NOBODY).first()
        return linked(OAuthClient, call.credential_id, client.name if client else None)

    @display(description="Headers")
    def header_text(self, call: ApiCall) -> str:
        """Those that were kept."""
        return in_lines(dict(call.header_lines))

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[ApiCall], search_term: str
    ) -> tuple[QuerySet[ApiCall], bool]:
        """An id is looked up by itself, so that an index serves it."""
        if identifier := uuid_or_none(search_term.strip()):
            wanted = Q(partner_id=identifier) | Q(credential_id=identifier) | Q(request_id=search_term.strip())
            return queryset.filter(wanted), False
        found: tuple[QuerySet[ApiCall], bool] = super().get_search_results(request, queryset, search_term)
        return found


class ServiceAccountForm(forms.ModelForm[ServiceAccount]):
    """A core service."""

    scopes = forms.MultipleChoiceField(
        choices=[(scope, f"{scope}: {words}") for scope, words in SCOPES.items()],
        widget=forms.CheckboxSelectMultiple,
        required=False,
        help_text="For keys made from now on; an earlier key keeps its own.",
    )

    class Meta:
        model = ServiceAccount
        fields = ["name", "scopes", "active"]


@admin.register(ServiceAccount)
class ServiceAccountAdmin(ModelAdmin):
    """Core services. Their keys are made by `manage.py`."""

    form = ServiceAccountForm
    list_display = ["name", "active", "created_at"]
    list_filter = ["active"]
    search_fields = ["name"]

    def save_model(self, request: HttpRequest, obj: ServiceAccount, form: Any, change: bool) -> None:  # noqa: FBT001 (Django calls it)
        """Have its keys read again: it may have been stopped."""
        super().save_model(request, obj, form, change)
        invalidate(partner_id=obj.id)


@admin.register(GatewayRoute)
class GatewayRouteAdmin(ModelAdmin):
    """The routes of the gateway check. What is not here is refused; changes hold within five seconds."""

    list_display = ["path_prefix", "read_scope", "write_scope", "active", "updated_at"]
    list_filter = ["active"]
    search_fields = ["path_prefix"]

    def save_model(self, request: HttpRequest, obj: GatewayRoute, form: Any, change: bool) -> None:  # noqa: FBT001 (Django calls it)
        """This process need not wait."""
        super().save_model(request, obj, form, change)
        table.forget()
