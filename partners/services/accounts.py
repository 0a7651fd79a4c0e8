"""Closing a person's account to them, and opening it again. Staff alone."""

from __future__ import annotations

from django.db import transaction

from common.audit import acting_as
from common.errors import ConflictError, ForbiddenError
from common.principal import Principal
from common.revocation import invalidate
from partners.models import User


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
