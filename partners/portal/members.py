"""Members and invitations."""

from __future__ import annotations

from typing import Any, cast

from django.contrib import messages
from django.contrib.auth.mixins import LoginRequiredMixin
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse_lazy
from django.views.generic.base import View

from common.errors import DomainError, InvalidError
from common.principal import NOBODY
from partners.models import Invitation, PartnerMember, User
from partners.portal.forms import InviteForm, RoleForm, TransferForm
from partners.portal.pages import MEMBERS, ActionPage, FormPage
from partners.selectors import SESSION_PARTNER
from partners.services.invitations import (
    accept_invitation,
    digest,
    invite_member,
    resend_invitation,
    revoke_invitation,
)
from partners.services.members import change_role, remove_member, transfer_ownership


class MembersPage(FormPage):
    """Who belongs here; inviting more."""

    template_name = "partners/members.html"
    form_class = InviteForm
    success_url = reverse_lazy("members")
    required_scope = MEMBERS
    done = "Invitation sent."

    def save(self, data: dict[str, Any]) -> Invitation:
        """Invite."""
        return invite_member(partner=self.partner, actor=self.principal, **data)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """Members, open invitations, and whom ownership can go to."""
        members = self.partner.members.select_related("user")
        others = members.exclude(user_id=self.principal.user_id or NOBODY)
        return super().get_context_data(
            members=[(member, RoleForm(initial={"role": member.role}, prefix=None)) for member in members],
            invitations=self.partner.invitations.filter(status=Invitation.Status.OPEN),
            transfer_form=TransferForm(others),
            me=self.principal.user_id,
            **kwargs,
        )


class MemberAction(ActionPage):
    """Base of what is done to one member of the partner."""

    back = "members"

    def member(self) -> PartnerMember:
        """The member of the path; another partner's is a 404."""
        return get_object_or_404(self.partner.members.select_related("user", "partner"), pk=self.kwargs["pk"])


class ChangeRole(MemberAction):
    """Another role."""

    required_scope = MEMBERS

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Change it."""
        member = change_role(member=self.member(), role=request.POST.get("role", ""), actor=self.principal)
        return f"{member.user} is now {member.get_role_display().lower()}."


class RemoveMember(MemberAction):
    """An owner removes anyone; anyone leaves."""

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """End the membership."""
        member = self.member()
        remove_member(member=member, actor=self.principal)
        return "You left." if member.user_id == self.principal.user_id else f"{member.user} was removed."

    def destination(self) -> str:
        """Who left has no members page any more."""
        still = self.partner.members.filter(user_id=self.principal.user_id or NOBODY).exists()
        return "members" if still else "portal_home"


class Transfer(ActionPage):
    """Ownership goes to another member."""

    back = "members"
    required_scope = MEMBERS

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """Hand over."""
        form = TransferForm(self.partner.members.all(), request.POST)
        if not form.is_valid():
            raise InvalidError("Choose a member.", field="member")
        member = form.cleaned_data["member"]
        transfer_ownership(partner=self.partner, to=member, actor=self.principal)
        return f"{member.user} owns {self.partner} now."


class InvitationAction(ActionPage):
    """Sends an invitation again, or takes it back."""

    back = "members"
    required_scope = MEMBERS

    def perform(self, request: HttpRequest, **kwargs: Any) -> str:
        """By the last part of the path."""
        invitation = get_object_or_404(self.partner.invitations.select_related("partner"), pk=kwargs["pk"])
        if kwargs["verb"] == "resend":
            resend_invitation(invitation=invitation, actor=self.principal)
            return f"Sent again to {invitation.email}."
        revoke_invitation(invitation=invitation, actor=self.principal)
        return f"The invitation of {invitation.email} was revoked."


class AcceptPage(LoginRequiredMixin, View):
    """Where the link of an invitation leads."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        """What one is about to join."""
        found = Invitation.objects.select_related("partner").filter(token_hash=digest(token)).first()
        usable = found is not None and found.status == Invitation.Status.OPEN and not found.is_expired
        mine = found is not None and found.email == cast("User", request.user).email.lower()
        context = {"invitation": found if usable and mine else None, "token": token, "other": usable and not mine}
        return render(request, "partners/accept.html", context)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        """Join."""
        try:
            member = accept_invitation(token=token, user=cast("User", request.user))
        except DomainError as refusal:
            messages.error(request, refusal.message)
            return redirect("invitation", token=token)
        request.session[SESSION_PARTNER] = str(member.partner_id)
        messages.success(request, f"You belong to {member.partner} now.")
        return redirect("portal_home")
