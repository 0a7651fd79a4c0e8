"""The toolkit registers its models in the admin with the classes settings name: these. No secret ever shows."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import admin
from django.contrib.auth import get_permission_codename
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse

from authn.admin.reasons import MOST_AT_ONCE, reason_for_selected, stop_selected
from authn.models import OAuthClient, OAuthConsent, OAuthToken
from authn.services.oauth_authorization import withdraw_consent
from authn.services.oauth_clients import revoke_client
from authn.services.oauth_revocation import revoke_tokens
from common.attempts import attempt
from common.readonly_admin import ReadOnlyAdmin
from partners.selectors import staff_behind


class RevocableAdmin(ReadOnlyAdmin):
    """What staff can stop."""

    def has_revoke_permission(self, request: HttpRequest) -> bool:
        """Those who may change it."""
        return request.user.has_perm(f"authn.{get_permission_codename('change', self.opts)}")


class OAuthClientAdmin(RevocableAdmin):
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

    @admin.action(description="Revoke, with every token they have…", permissions=["revoke"])
    def revoke_selected(self, request: HttpRequest, queryset: QuerySet[OAuthClient]) -> HttpResponse | None:
        """Ask why, then stop each of them for good."""
        return stop_selected(
            self,
            request,
            queryset.filter(active=True),
            name=lambda client: f"{client.name} of {client.partner}",
            stop=lambda client, reason, actor: revoke_client(client=client, reason=reason, actor=actor),
            done=lambda client: f"{client.name} is revoked.",
            action="revoke_selected",
            title="Revoke",
        )


def token_in_words(token: OAuthToken) -> str:
    """Whose it is and since when; a token has no name."""
    person = f", for {token.user}" if token.user else ""
    return f"{token.application.name} of {token.application.partner}{person}, since {token.created:%Y-%m-%d %H:%M} UTC"


class OAuthTokenAdmin(RevocableAdmin):
    """Access tokens: what they may do, never what they are."""

    list_display = ("created", "application", "partner", "user", "scope", "expires")
    list_filter = ("application__environment", ("user", admin.EmptyFieldListFilter))
    search_help_text = "Client, partner or person"
    list_select_related = ("application", "partner", "user")
    search_fields = ("application__name", "application__client_id", "partner__partner_name", "user__email")
    fields = ("application", "partner", "user", "scope", "created", "expires")
    readonly_fields = fields
    actions = ("revoke_selected",)

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
class OAuthConsentAdmin(RevocableAdmin):
    """What people let clients do for their organizations."""

    list_display = ("client", "partner", "user", "scopes", "granted_at")
    list_filter = ("client__environment",)
    list_select_related = ("client", "partner", "user")
    search_fields = ("client__name", "client__client_id", "partner__partner_name", "user__email")
    actions = ("withdraw_selected",)

    @admin.action(description="Withdraw, with every token that came of them…", permissions=["revoke"])
    def withdraw_selected(self, request: HttpRequest, queryset: QuerySet[OAuthConsent]) -> HttpResponse | None:
        """Ask why, then take them back at once; the client can ask again."""
        return stop_selected(
            self,
            request,
            queryset.select_related("client", "user", "partner"),
            name=lambda consent: f"{consent} for {consent.partner}",
            stop=lambda consent, reason, actor: withdraw_consent(consent=consent, reason=reason, actor=actor),
            done=lambda consent: f"{consent} is withdrawn.",
            action="withdraw_selected",
            title="Withdraw",
        )


class HiddenAdmin(ReadOnlyAdmin):
    """Codes, and what the toolkit needs but we do not use."""

    def get_model_perms(self, request: HttpRequest) -> dict[str, Any]:
        """Not in the menu."""
        return {}

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Not by its address either."""
        return False
