"""Reads that cross models."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib.auth import get_user
from django.http import HttpRequest

from common.principal import EVERY_PERMISSION, Principal, PrincipalKind, Role
from common.scopes import ROLE_SCOPES
from partners.models import Partner, PartnerMember, User

SESSION_PARTNER = "partner_id"


def is_partner(partner_id: uuid.UUID) -> bool:
    """Whether there is such a partner."""
    return Partner.objects.filter(pk=partner_id).exists()


def principal_of_member(member: PartnerMember) -> Principal:
    """The principal of a portal session acting for one partner."""
    return Principal(
        kind=PrincipalKind.USER,
        partner_id=member.partner_id,
        user_id=member.user_id,
        scopes=ROLE_SCOPES[member.role],
        tier=member.partner.tier,
        role=Role(member.role),
        label=member.user.email,
    )


def principal_of_staff(user: User) -> Principal:
    """The principal of a member of staff, with the permissions that they and their groups were given."""
    permissions = EVERY_PERMISSION if user.is_superuser else frozenset(user.get_all_permissions())
    return Principal(kind=PrincipalKind.STAFF, user_id=user.id, label=user.email, permissions=permissions)


def staff_behind(request: HttpRequest) -> Principal:
    """The member of staff behind a request of the admin."""
    assert isinstance(request.user, User)  # noqa: S101 (the admin lets nobody else in; narrows the type)
    return principal_of_staff(request.user)


def session_member(request: HttpRequest) -> PartnerMember | None:
    """The membership a signed-in person acts under: the partner chosen in the session, else their first."""
    if not isinstance(request.user, User):
        return None
    members = request.user.memberships.of_existing().select_related("partner", "user").order_by("id")
    chosen = request.session.get(SESSION_PARTNER)
    return (members.filter(partner_id=chosen).first() if chosen else None) or members.first()


def session_principal(request: HttpRequest) -> Principal | None:
    """The principal of a portal or admin session; None when nobody is signed in or they belong nowhere."""
    member = session_member(request)
    if member is not None:
        return principal_of_member(member)
    if isinstance(request.user, User) and request.user.is_staff:
        return principal_of_staff(request.user)
    return None


def session_holds(request: Any, principal: Principal) -> bool:
    """Whether the session behind an answer that is still open lasts, and its person is what they were."""
    if request.machine_call:
        return True
    later = HttpRequest()
    later.session = type(request.session)(request.session.session_key)
    later.user = get_user(later)
    return session_principal(later) == principal
