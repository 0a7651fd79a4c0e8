"""People in the admin."""

from __future__ import annotations

from django.contrib import admin
from unfold.admin import TabularInline

from partners.admin.access import ReadOnlyAdmin
from partners.admin.partners import ReadOnlyInline
from partners.models import Invitation, PartnerMember, User


class MembershipInline(ReadOnlyInline, TabularInline):
    """Where a person belongs."""

    model = PartnerMember
    fields = ["partner", "role", "created_at"]


@admin.register(User)
class UserAdmin(ReadOnlyAdmin):
    """People who can sign in. Passwords and second factors are theirs alone."""

    list_display = ["email", "name", "is_staff", "is_active", "last_login", "created_at"]
    list_filter = ["is_staff", "is_active"]
    search_fields = ["email", "name"]
    exclude = ["password", "groups", "user_permissions"]
    inlines = [MembershipInline]


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked to join."""

    list_display = ["email", "partner", "role", "status", "expires_at", "times_sent"]
    list_filter = ["status", "role"]
    list_select_related = ["partner"]
    search_fields = ["email", "partner__partner_name"]
    exclude = ["token_hash"]
