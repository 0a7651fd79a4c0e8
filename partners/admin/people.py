"""People in the admin."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from typing import Any

from allauth.account.admin import EmailAddressAdmin
from allauth.account.models import EmailAddress
from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from unfold.admin import TabularInline
from unfold.decorators import action
from unfold.widgets import UnfoldAdminTextareaWidget

from common.attempts import attempt
from partners.admin.access import ReadOnlyAdmin
from partners.admin.partners import ReadOnlyInline
from partners.models import Invitation, PartnerMember, User
from partners.selectors import staff_behind
from partners.services.accounts import deactivate_user, reactivate_user


class AuditReasonForm(forms.Form):
    """Why."""

    reason = forms.CharField(
        max_length=500, label="Reason, for the audit", widget=UnfoldAdminTextareaWidget(attrs={"rows": 3})
    )


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
    actions_detail = ["deactivate", "reactivate"]

    def has_deactivate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change people; the account is open."""
        return self.may_switch(request, object_id, active=True)

    def has_reactivate_permission(self, request: HttpRequest, object_id: Any = None) -> bool:
        """Whoever may change people; the account is closed."""
        return self.may_switch(request, object_id, active=False)

    def may_switch(self, request: HttpRequest, object_id: Any, *, active: bool) -> bool:
        """Whether this account can be switched by them."""
        allowed = request.user.has_perm("partners.change_user")
        return allowed and (object_id is None or User.objects.filter(pk=object_id, is_active=active).exists())

    @action(description="Deactivate…", url_path="deactivate", permissions=["deactivate"], icon="block")
    def deactivate(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Ask why, then keep the person out."""
        return self.switch(request, object_id, deactivate_user, "Deactivate", "They are signed out, and stay out.")

    @action(description="Reactivate…", url_path="reactivate", permissions=["reactivate"], icon="check")
    def reactivate(self, request: HttpRequest, object_id: uuid.UUID) -> HttpResponse:
        """Ask why, then let the person in again."""
        return self.switch(request, object_id, reactivate_user, "Reactivate", "They can sign in again.")

    def switch(
        self, request: HttpRequest, object_id: uuid.UUID, act: Callable[..., User], title: str, done: str
    ) -> HttpResponse:
        """A page that asks why."""
        person = self.get_object(request, str(object_id))
        if person is None:
            return self.back_to_list()
        form = AuditReasonForm(request.POST or None)
        if request.method == "POST" and form.is_valid():
            reason, actor = form.cleaned_data["reason"], staff_behind(request)
            attempt(request, lambda: act(user=person, reason=reason, actor=actor), done)
            return self.back_to(person.pk)
        return self.ask(request, person, form, title=title)


admin.site.unregister(EmailAddress)


@admin.register(EmailAddress)
class AddressAdmin(EmailAddressAdmin):
    """As allauth has it, but that its action asks for a permission."""

    @admin.action(description="Mark selected email addresses as verified", permissions=["change"])
    def make_verified(self, request: HttpRequest, queryset: QuerySet[EmailAddress]) -> None:
        """Believe that they are the people's own."""
        super().make_verified(request, queryset)


@admin.register(Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked to join."""

    list_display = ["email", "partner", "role", "status", "expires_at", "times_sent"]
    list_filter = ["status", "role"]
    list_select_related = ["partner"]
    search_fields = ["email", "partner__partner_name"]
    exclude = ["token_hash"]
