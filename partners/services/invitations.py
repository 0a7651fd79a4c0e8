"""Invitations: sent, sent again, revoked, accepted."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from common.errors import ConflictError, InvalidError
from common.mail import absolute_url
from common.principal import SYSTEM, Principal, Role
from partners import tiers
from partners.models import Invitation, Partner, PartnerMember, User
from partners.services.agreements import spell
from partners.services.mail import queue_mail
from partners.services.members import add_member, check_role, require_member_manager
from partners.services.partners import lock_partner
from partners.services.profile import clean_email

LIFETIME = timedelta(days=7)
MAX_SENT = 10
Status = Invitation.Status


def digest(token: str) -> str:
    """What is stored of a token."""
    return hashlib.sha256(token.encode()).hexdigest()


@transaction.atomic
def invite_member(*, partner: Partner, email: str, role: str, actor: Principal) -> Invitation:
    """Invite an address; an open invitation to it is sent again with the new role."""
    row = lock_partner(partner)
    require_member_manager(row, actor)
    check_role(role)
    email = check_address(email)
    if row.members.filter(user__email__iexact=email).exists():
        raise ConflictError("already_member", f"{email} already belongs to {row.partner_name}.")
    existing = row.invitations.filter(email=email, status=Status.OPEN).first()
    if existing is not None:
        existing.role = role
        existing.save(update_fields=["role", "updated_at"])
        return resend_invitation(invitation=existing, actor=actor)
    waiting = row.invitations.filter(status=Status.OPEN, expires_at__gt=timezone.now()).count()
    tiers.check_quota(row, "members", row.members.count() + waiting)
    token = secrets.token_urlsafe(32)
    invitation = Invitation.objects.create(
        partner=row,
        email=email,
        role=role,
        token_hash=digest(token),
        expires_at=timezone.now() + LIFETIME,
        invited_by_id=actor.user_id,
    )
    send(invitation, token, actor)
    return invitation


@transaction.atomic
def resend_invitation(*, invitation: Invitation, actor: Principal) -> Invitation:
    """Send an open invitation again with a new link and a new term; the old link stops working."""
    row = lock_invitation(invitation, actor)
    if row.times_sent >= MAX_SENT:
        raise ConflictError("sent_too_often", f"This invitation was sent {row.times_sent} times already.")
    token = secrets.token_urlsafe(32)
    row.token_hash = digest(token)
    row.expires_at = timezone.now() + LIFETIME
    row.times_sent += 1
    row.save()
    send(row, token, actor)
    return row


@transaction.atomic
def revoke_invitation(*, invitation: Invitation, actor: Principal) -> Invitation:
    """Take an open invitation back."""
    row = lock_invitation(invitation, actor)
    row.status = Status.REVOKED
    row.save(update_fields=["status", "updated_at"])
    return row


@transaction.atomic
def accept_invitation(*, token: str, user: User) -> PartnerMember:
    """Join with the link's role. The link works once, for the invited address, while its term lasts."""
    found = Invitation.objects.select_related("partner").filter(token_hash=digest(token)).first()
    if found is None:
        raise ConflictError("invitation_unknown", "This invitation does not exist, or was sent again since.")
    partner = lock_partner(found.partner)
    row = Invitation.objects.select_for_update().get(pk=found.pk)
    if row.token_hash != digest(token):
        raise ConflictError("invitation_unknown", "This invitation does not exist, or was sent again since.")
    if row.status != Status.OPEN:
        raise ConflictError(f"invitation_{row.status}", f"This invitation was {row.status} already.")
    if row.is_expired:
        raise ConflictError("invitation_expired", "This invitation has run out. Ask for a new one.")
    if user.email.lower() != row.email:
        raise ConflictError("other_address", f"This invitation is for {row.email}; you are signed in as {user.email}.")
    member = add_member(partner=partner, user=user, role=row.role, actor=SYSTEM)
    row.status = Status.ACCEPTED
    row.accepted_by = user
    row.save(update_fields=["status", "accepted_by", "updated_at"])
    return member


def lock_invitation(invitation: Invitation, actor: Principal) -> Invitation:
    """The open invitation, locked with its partner, for someone who manages the members."""
    partner = lock_partner(invitation.partner)
    require_member_manager(partner, actor)
    row = Invitation.objects.select_for_update().get(pk=invitation.pk)
    if row.status != Status.OPEN:
        raise ConflictError(f"invitation_{row.status}", f"This invitation was {row.status} already.")
    return row


def send(invitation: Invitation, token: str, actor: Principal) -> None:
    """Queue the e-mail that carries the link."""
    inviter = User.objects.filter(pk=actor.user_id).first() if actor.user_id else None
    queue_mail(
        kind="invitation",
        to=invitation.email,
        partner=invitation.partner.partner_name,
        inviter=inviter.get_full_name() if inviter else "Treaty",
        role=Role(invitation.role).value,
        expires=spell(invitation.expires_at.date()),
        action_url=absolute_url(f"/invitations/{token}"),
    )


def check_address(email: str) -> str:
    """The address in lower case; raises InvalidError."""
    try:
        cleaned = clean_email(email.strip().lower())
    except ValueError as error:
        raise InvalidError(str(error), field="email") from None
    if not cleaned:
        raise InvalidError("Enter an email address.", field="email", code="required")
    return cleaned
