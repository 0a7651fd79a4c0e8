"""The toolkit registers its models in the admin with the classes settings name: these. Tokens never show."""

from __future__ import annotations

from django.http import HttpRequest
from unfold.admin import ModelAdmin


class ReadOnlyAdmin(ModelAdmin):
    """Look, filter, and use the actions; the services change."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Rows come from the services."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Rows change by the services."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Rows are revoked, not deleted."""
        return False


class OAuthClientAdmin(ReadOnlyAdmin):
    """OAuth clients."""

    list_display = ("name", "client_id", "partner", "application", "environment", "client_type", "active", "created")
    list_filter = ("environment", "client_type", "active", "access_token_format")
    search_fields = ("name", "client_id", "partner__partner_name", "application__app_name")
    exclude = ("client_secret", "previous_secret")


class OAuthTokenAdmin(ReadOnlyAdmin):
    """Access tokens: what they may do, never what they are."""

    list_display = ("id", "application", "partner", "user", "scope", "expires")
    list_select_related = ("application", "partner", "user")
    fields = ("application", "partner", "user", "scope", "created", "expires")
    readonly_fields = fields


class OAuthRefreshTokenAdmin(ReadOnlyAdmin):
    """Refresh tokens: what they may do, never what they are."""

    list_display = ("id", "application", "partner", "user", "scope", "created", "revoked")
    list_select_related = ("application", "partner", "user")
    fields = ("application", "partner", "user", "scope", "created", "revoked")
    readonly_fields = fields


class HiddenAdmin(ReadOnlyAdmin):
    """Codes, and what the toolkit needs but we do not use."""

    def has_module_permission(self, request: HttpRequest) -> bool:
        """Not in the menu."""
        return False

    def has_view_permission(self, request: HttpRequest, obj: object = None) -> bool:
        """Not by its address either."""
        return False
