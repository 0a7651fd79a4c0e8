"""Who belongs to a partner, and as what."""

from __future__ import annotations

from django.db import transaction

from common.errors import ConflictError, ForbiddenError, InvalidError
from common.mail import absolute_url
from common.principal import NOBODY, Principal, Role
from common.revocation import invalidate
from partners import tiers
from partners.models import Partner, PartnerMember, User
from partners.services.announcements import announce_member
from partners.services.mail import queue_mail
from partners.services.partners import lock_partner


@transaction.atomic
def add_member(*, partner: Partner, user: User, role: str, actor: Principal) -> PartnerMember:
    """Make `user` a member; ConflictError when they already are one."""
    row = lock_partner(partner)
    require_member_manager(row, actor)
    check_role(role)
    tiers.check_quota(row, "members", row.members.count())
    if row.members.filter(user=user).exists():
        raise ConflictError("already_member", f"{user.email} already belongs to {row.partner_name}.")
    joins_first = not user.memberships.exists()
    member = PartnerMember.objects.create(partner=row, user=user, role=role)
    announce_member("user.created" if joins_first else "user.updated", member)
    return member


@transaction.atomic
def change_role(*, member: PartnerMember, role: str, actor: Principal) -> PartnerMember:
    """Give a member another role; the last owner keeps theirs."""
    partner = lock_partner(member.partner)
    require_member_manager(partner, actor)
    check_role(role)
    row = PartnerMember.objects.select_related("user", "partner").get(pk=member.pk)
    before = row.role
    if before == role:
        return row
    if before == Role.OWNER:
        keep_an_owner(partner, row)
    row.role = role
    row.save(update_fields=["role", "updated_at"])
    announce_member("user.role_changed", row, previousRole=before)
    invalidate(partner_id=partner.id)
    if actor.user_id != row.user_id:
        tell(row, "member_role_changed", actor, previous=before, role=role)
    return row


@transaction.atomic
def remove_member(*, member: PartnerMember, actor: Principal) -> None:
    """End a membership: an owner removes anyone, anyone removes themselves; never the last owner."""
    partner = lock_partner(member.partner)
    if actor.user_id != member.user_id or actor.tenant_id != partner.id:
        require_member_manager(partner, actor)
    row = PartnerMember.objects.select_related("user", "partner").filter(pk=member.pk).first()
    if row is None:
        raise ConflictError("not_member", "This person has already left.")
    if row.role == Role.OWNER:
        keep_an_owner(partner, row)
    announce_member("user.role_changed", row, role=None, previousRole=row.role)
    if actor.user_id != row.user_id:
        tell(row, "member_removed", actor)
    row.delete()
    invalidate(partner_id=partner.id)


@transaction.atomic
def transfer_ownership(*, partner: Partner, to: PartnerMember, actor: Principal) -> None:
    """The acting owner hands over: `to` becomes owner, the giver a developer."""
    row = lock_partner(partner)
    giver = PartnerMember.objects.filter(partner=row, user_id=actor.user_id or NOBODY, role=Role.OWNER).first()
    if giver is None:
        raise ForbiddenError("owner_only", "Only an owner can hand over ownership.")
    if to.partner_id != row.id or to.user_id == giver.user_id:
        raise InvalidError("Choose another member of this partner.", field="member", code="invalid_choice")
    change_role(member=to, role=Role.OWNER, actor=actor)
    change_role(member=giver, role=Role.DEVELOPER, actor=actor)


def tell(member: PartnerMember, kind: str, actor: Principal, **context: str) -> None:
    """Mail a member about what another person did to their membership."""
    queue_mail(
        kind=kind,
        to=member.user,
        partner=member.partner.partner_name,
        actor=actor.label or "Treaty",
        action_url=absolute_url("/"),
        **context,
    )


def keep_an_owner(partner: Partner, leaving: PartnerMember) -> None:
    """Raise ConflictError when nobody but `leaving` owns the partner. The caller holds the partner's lock."""
    if not partner.members.filter(role=Role.OWNER).exclude(pk=leaving.pk).exists():
        raise ConflictError("last_owner", f"{partner.partner_name} needs an owner: make another member one first.")


def require_member_manager(partner: Partner, actor: Principal) -> None:
    """Raise ForbiddenError for a caller who does not manage this partner's members."""
    if actor.is_admin or (actor.tenant_id == partner.id and actor.has_scope("manage:members")):
        return
    raise ForbiddenError("owner_only", "Only an owner of this partner may manage its members.")


def check_role(role: str) -> None:
    """Raise InvalidError for a role that does not exist."""
    if role not in set(Role):
        raise InvalidError(f"Expected one of {', '.join(Role)}.", field="role", code="invalid_choice")
