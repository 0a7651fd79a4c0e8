"""A person who signed up opens an account for their company."""

from __future__ import annotations

from django.db import transaction

from common.errors import ConflictError
from common.principal import SYSTEM, Role
from partners.models import Partner, User
from partners.services.members import add_member
from partners.services.partners import create_partner

MAX_OWN_PARTNERS = 5


@transaction.atomic
def open_account(*, user: User, partner_name: str, partner_type: str, **profile: str) -> Partner:
    """Create a Pending partner that `user` owns. Its sandbox works at once."""
    User.objects.select_for_update().get(pk=user.pk)
    if user.memberships.filter(role=Role.OWNER, partner__status=Partner.Status.PENDING).count() >= MAX_OWN_PARTNERS:
        raise ConflictError("too_many_partners", "You own enough accounts that wait to go live. Complete one of them.")
    partner = create_partner(partner_name=partner_name, partner_type=partner_type, actor=SYSTEM, **profile)
    add_member(partner=partner, user=user, role=Role.OWNER, actor=SYSTEM)
    return partner
