"""The toolkit registers its models in the admin with the classes settings name: these. No secret ever shows."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from authn.admin.reasons import MOST_AT_ONCE, reason_for_selected
from authn.models import OAuthClient, OAuthConsent, OAuthToken
from authn.services.oauth_authorization import withdraw_consent
from authn.services.oauth_clients import revoke_client
from authn.services.oauth_revocation import revoke_tokens
from common.attempts import attempt
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
        "revoked_reason",
        ("created", "updated"),
    )
    readonly_fields = (
        "client_id",
        "secret_last_four",
        "previous_secret_ends_at",
        "revoked_reason",
        "created",
        "updated",
    )
    actions = ("revoke_selected",)

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Those who may change clients."""
        return request.user.has_perm("authn.change_oauthclient")

    @admin.action(description="Revoke, with every token they have…", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[OAuthClient]) -> HttpResponse | None:
        """Ask why, then stop each of them for good."""
        clients = list(queryset.filter(active=True)[: MOST_AT_ONCE + 1])
        names = {client.pk: f"{client.name} of {client.partner}" for client in clients}
        reason = reason_for_selected(self, request, names, action="revoke_selected", title="Revoke")
        if not isinstance(reason, str):
            return reason
        actor = staff_behind(request)
        for client in clients:
            act = partial(revoke_client, client=client, reason=reason, actor=actor)
            attempt(request, act, f"{client.name} is revoked.")
        return None


def token_in_words(token: OAuthToken) -> str:
    """Whose it is and since when; a token has no name."""
    person = f", for {token.user}" if token.user else ""
    return f"{token.application.name} of {token.application.partner}{person}, since {token.created:%Y-%m-%d %H:%M} UTC"


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

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Those who may change tokens."""
        return request.user.has_perm("authn.change_oauthtoken")

    @admin.action(description="Revoke, with the refresh tokens they came with…", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[OAuthToken]) -> HttpResponse | None:
        """Ask why, then end them at once."""
        tokens = list(queryset.select_related("application", "user", "partner")[: MOST_AT_ONCE + 1])
        names = {token.pk: token_in_words(token) for token in tokens}
        reason = reason_for_selected(self, request, names, action="revoke_selected", title="Revoke")
        if not isinstance(reason, str):
            return reason
        act = partial(revoke_tokens, tokens=tokens, reason=reason, actor=staff_behind(request))
        attempt(request, act, lambda count: f"Revoked {count} token{'s' if count != 1 else ''}.")
        return None


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

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Those who may change consents."""
        return request.user.has_perm("authn.change_oauthconsent")

    @admin.action(description="Withdraw, with every token that came of them…", permissions=["revoke"])
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[OAuthConsent]) -> HttpResponse | None:
        """Ask why, then take them back at once; the client can ask again."""
        consents = list(queryset.select_related("client", "user", "partner")[: MOST_AT_ONCE + 1])
        names = {consent.pk: f"{consent} for {consent.partner}" for consent in consents}
        reason = reason_for_selected(self, request, names, action="withdraw_selected", title="Withdraw")
        if not isinstance(reason, str):
            return reason
        actor = staff_behind(request)
        for consent in consents:
            act = partial(withdraw_consent, consent=consent, reason=reason, actor=actor)
            attempt(request, act, f"{consent} is withdrawn.")
        return None


class HiddenAdmin(ReadOnlyAdmin):
    """Codes, and what the toolkit needs but we do not use."""

    def get_model_perms(self, request: HttpRequest) -> dict[str, Any]:
        """Not in the menu."""
        return {}

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Not by its address either."""
        return False
