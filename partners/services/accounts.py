"""A person's account: their name, and, by staff alone, closing it to them and opening it again."""

from __future__ import annotations

from django.db import transaction

from common.audit import acting_as
from common.errors import ConflictError, ForbiddenError, InvalidError
from common.principal import Principal
from common.revocation import invalidate
from partners.models import User
from partners.services.announcements import announce_member
from partners.services.profile import clean_text


@transaction.atomic
def rename_user(*, user: User, name: str, actor: Principal) -> User:
    """Give a person the name that colleagues see; by themselves or by staff."""
    if not actor.is_admin and actor.user_id != user.pk:
        raise ForbiddenError("forbidden", "People change their own name.")
    try:
        name = clean_text(name, limit=150, required=False)
    except ValueError as error:
        raise InvalidError(str(error), field="name") from None
    row: User = User.objects.select_for_update().get(pk=user.pk)
    if row.name == name:
        return row
    row.name = name
    row.save(update_fields=["name", "updated_at"])
    announce_user(row, changed=["name"])
    return row


@transaction.atomic
def announce_user(user: User, *, changed: list[str]) -> None:
    """Tell each partner the person belongs to which of their data changed."""
    for member in user.memberships.select_related("user").order_by("id"):
        announce_member("user.updated", member, changedFields=changed)


@transaction.atomic
def deactivate_user(*, user: User, reason: str, actor: Principal) -> User:
    """Keep a person out at once: their sessions, and the tokens they consented to, hold no longer."""
    if actor.user_id == user.pk:
        raise ConflictError("own_account", "You cannot deactivate your own account.")
    return set_active(user, active=False, reason=reason, actor=actor)


@transaction.atomic
def reactivate_user(*, user: User, reason: str, actor: Principal) -> User:
    """Let a person in again."""
    return set_active(user, active=True, reason=reason, actor=actor)


def set_active(user: User, *, active: bool, reason: str, actor: Principal) -> User:
    """Write it, and have every process read again what the person's partners let others do."""
    if not actor.is_admin:
        raise ForbiddenError("forbidden", "Accounts are deactivated by staff.")
    row: User = User.objects.select_for_update().get(pk=user.pk)
    if row.is_active == active:
        return row
    row.is_active = active
    with acting_as(actor, reason=reason):
        row.save(update_fields=["is_active", "updated_at"])
    for partner_id in row.memberships.order_by("id").values_list("partner_id", flat=True):
        invalidate(partner_id=partner_id)
    return row
