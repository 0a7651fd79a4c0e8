"""The toolkit registers its models in the admin with the classes settings name: these. No secret ever shows."""

from __future__ import annotations

from typing import Any

from django.contrib import admin, messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest

from authn.models import OAuthClient, OAuthConsent, OAuthToken
from authn.oauth.families import end_tokens
from authn.services.oauth_authorization import withdraw_consent
from authn.services.oauth_clients import revoke_client
from common.readonly_admin import ReadOnlyAdmin
from partners.selectors import staff_behind


class OAuthClientAdmin(ReadOnlyAdmin):
    """OAuth clients."""

    list_display = ("name", "client_id", "partner", "application", "environment", "client_type", "active", "created")
    list_filter = ("environment", "client_type", "active", "access_token_format")
    search_fields = ("name", "client_id", "partner__partner_name", "application__app_name")
    fields = (
        ("name", "client_id"),
        ("partner", "application"),
        ("environment", "client_type", "active"),
        "redirect_uris",
        "allowed_flows",
        ("token_lifetime", "access_token_format"),
        ("secret_last_four", "previous_secret_ends_at"),
        ("created", "updated"),
    )
    readonly_fields = ("client_id", "secret_last_four", "previous_secret_ends_at", "created", "updated")
    actions = ("revoke_selected",)

    @admin.action(description="Revoke the selected clients, with every token they have")
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[OAuthClient]) -> None:
        """For good."""
        for client in queryset:
            revoke_client(client=client, actor=staff_behind(request))
        self.message_user(request, f"Revoked {len(queryset)} clients.", messages.SUCCESS)


class OAuthTokenAdmin(ReadOnlyAdmin):
    """Access tokens: what they may do, never what they are."""

    list_display = ("created", "application", "partner", "user", "scope", "expires")
    list_filter = ("application__environment", ("user", admin.EmptyFieldListFilter))
    search_help_text = "Client, partner or person"
    list_select_related = ("application", "partner", "user")
    search_fields = ("application__name", "application__client_id", "partner__partner_name", "user__email")
    fields = ("application", "partner", "user", "scope", "created", "expires")
    readonly_fields = fields
    actions = ("revoke_selected",)

    @admin.action(description="Revoke the selected tokens, with the refresh tokens they came with")
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[OAuthToken]) -> None:
        """At once."""
        rows = list(queryset.values_list("pk", "token_family"))
        families = {family for _, family in rows if family is not None}
        end_tokens(Q(token_family__in=families) | Q(pk__in=[pk for pk, _ in rows]))
        self.message_user(request, f"Revoked {len(rows)} tokens.", messages.SUCCESS)


class OAuthRefreshTokenAdmin(ReadOnlyAdmin):
    """Refresh tokens: what they may do, never what they are."""

    list_display = ("created", "application", "partner", "user", "scope", "revoked")
    list_filter = ("application__environment", ("revoked", admin.EmptyFieldListFilter))
    search_help_text = OAuthTokenAdmin.search_help_text
    list_select_related = ("application", "partner", "user")
    search_fields = OAuthTokenAdmin.search_fields
    fields = ("application", "partner", "user", "scope", "created", "revoked")
    readonly_fields = fields


@admin.register(OAuthConsent)
class OAuthConsentAdmin(ReadOnlyAdmin):
    """What people let clients do for their organizations."""

    list_display = ("client", "partner", "user", "scopes", "granted_at")
    list_filter = ("client__environment",)
    list_select_related = ("client", "partner", "user")
    search_fields = ("client__name", "client__client_id", "partner__partner_name", "user__email")
    actions = ("withdraw_selected",)

    @admin.action(description="Withdraw the selected consents, with every token that came of them")
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[OAuthConsent]) -> None:
        """At once; the client can ask again."""
        for consent in queryset:
            withdraw_consent(consent=consent, actor=staff_behind(request))
        self.message_user(request, f"Withdrew {len(queryset)} consents.", messages.SUCCESS)


class HiddenAdmin(ReadOnlyAdmin):
    """Codes, and what the toolkit needs but we do not use."""

    def get_model_perms(self, request: HttpRequest) -> dict[str, Any]:
        """Not in the menu."""
        return {}

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Not by its address either."""
        return False
