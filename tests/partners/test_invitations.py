"""Invitations: one link, one address, one use, seven days."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from common.errors import ConflictError, DomainError, ForbiddenError, InvalidError, LimitError
from common.principal import SYSTEM, Principal
from partners.models import Invitation, OutboundMail, Partner, PartnerMember, User
from partners.services.invitations import (
    MAX_SENT,
    accept_invitation,
    digest,
    invite_member,
    resend_invitation,
    revoke_invitation,
)
from tests.conftest import make_partner
from tests.partners.test_members import at_once


@pytest.fixture
def eve(db: None) -> User:
    return User.objects.create_user("eve@new.test", "correct horse battery", name="Eve Earl")


def token() -> str:
    """The token of the newest invitation, out of the mail that carries it."""
    mail = OutboundMail.objects.filter(kind="invitation").order_by("id").last()
    assert mail is not None
    return str(mail.context["action_url"]).rsplit("/", 1)[1]


def test_invite_and_accept(acme: Partner, owner: Principal, eve: User) -> None:
    invitation = invite_member(partner=acme, email=" Eve@New.test ", role="developer", actor=owner)
    assert invitation.email == "eve@new.test"
    mail = OutboundMail.objects.get()
    assert mail.recipient == "eve@new.test"
    assert (mail.context["inviter"], mail.context["role"]) == ("Alice Ames", "developer")
    assert invitation.token_hash == digest(token())
    member = accept_invitation(token=token(), user=eve)
    assert (member.partner, member.role) == (acme, "developer")
    invitation.refresh_from_db()
    assert (invitation.status, invitation.accepted_by) == ("accepted", eve)
    with pytest.raises(ConflictError) as caught:
        accept_invitation(token=token(), user=eve)
    assert caught.value.code == "invitation_accepted"


def test_only_the_invited_address(acme: Partner, owner: Principal, charlie: User) -> None:
    invite_member(partner=acme, email="eve@new.test", role="owner", actor=owner)
    with pytest.raises(ConflictError) as caught:
        accept_invitation(token=token(), user=charlie)
    assert caught.value.code == "other_address"
    assert not acme.members.filter(user=charlie).exists()


def test_expired(acme: Partner, owner: Principal, eve: User) -> None:
    invitation = invite_member(partner=acme, email=eve.email, role="viewer", actor=owner)
    Invitation.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    with pytest.raises(ConflictError) as caught:
        accept_invitation(token=token(), user=eve)
    assert caught.value.code == "invitation_expired"
    resend_invitation(invitation=invitation, actor=owner)
    assert accept_invitation(token=token(), user=eve).role == "viewer"


def test_resending_kills_the_old_link(acme: Partner, owner: Principal, eve: User) -> None:
    invitation = invite_member(partner=acme, email=eve.email, role="viewer", actor=owner)
    old = token()
    resend_invitation(invitation=invitation, actor=owner)
    with pytest.raises(ConflictError) as caught:
        accept_invitation(token=old, user=eve)
    assert caught.value.code == "invitation_unknown"
    assert token() != old


def test_inviting_again_sends_again_with_the_new_role(acme: Partner, owner: Principal) -> None:
    first = invite_member(partner=acme, email="eve@new.test", role="viewer", actor=owner)
    second = invite_member(partner=acme, email="EVE@new.test", role="billing", actor=owner)
    assert (second.pk, second.role, second.times_sent) == (first.pk, "billing", 2)


def test_revoked(acme: Partner, owner: Principal, eve: User) -> None:
    invitation = invite_member(partner=acme, email=eve.email, role="viewer", actor=owner)
    revoke_invitation(invitation=invitation, actor=owner)
    with pytest.raises(ConflictError) as caught:
        accept_invitation(token=token(), user=eve)
    assert caught.value.code == "invitation_revoked"
    for verb in (revoke_invitation, resend_invitation):
        with pytest.raises(ConflictError):
            verb(invitation=invitation, actor=owner)


def test_refusals(acme: Partner, owner: Principal, developer: Principal, stranger: Principal, settings: Any) -> None:
    for actor in (developer, stranger):
        with pytest.raises(ForbiddenError):
            invite_member(partner=acme, email="eve@new.test", role="viewer", actor=actor)
    for email in ("", "nobody", "a@b"):
        with pytest.raises(InvalidError):
            invite_member(partner=acme, email=email, role="viewer", actor=owner)
    with pytest.raises(InvalidError):
        invite_member(partner=acme, email="eve@new.test", role="king", actor=owner)
    with pytest.raises(ConflictError, match="already belongs"):
        invite_member(partner=acme, email="BOB@acme.test", role="viewer", actor=owner)
    settings.TIERS = {**settings.TIERS, "premium": {**settings.TIERS["premium"], "members": 3}}
    invite_member(partner=acme, email="eve@new.test", role="viewer", actor=owner)
    with pytest.raises(LimitError):
        invite_member(partner=acme, email="fay@new.test", role="viewer", actor=owner)
    assert Invitation.objects.count() == 1


def test_it_is_not_sent_for_ever(acme: Partner, owner: Principal) -> None:
    invitation = invite_member(partner=acme, email="eve@new.test", role="viewer", actor=owner)
    for _ in range(MAX_SENT - 1):
        resend_invitation(invitation=invitation, actor=owner)
    with pytest.raises(ConflictError) as caught:
        resend_invitation(invitation=invitation, actor=owner)
    assert caught.value.code == "sent_too_often"
    assert OutboundMail.objects.count() == MAX_SENT


def test_accepted_twice_at_once(transactional_db: None) -> None:
    partner = make_partner("Initech")
    eve = User.objects.create_user("eve@new.test")
    Invitation.objects.create(
        partner=partner,
        email=eve.email,
        role="viewer",
        token_hash=digest("secret"),
        expires_at=timezone.now() + timedelta(days=1),
    )
    outcomes = at_once([lambda: accept_invitation(token="secret", user=eve)] * 2)
    assert outcomes == ["done", "invitation_accepted"]
    assert PartnerMember.objects.count() == 1


def test_revoked_while_it_is_accepted(transactional_db: None) -> None:
    """Whichever comes first wins; never both."""
    partner = make_partner("Initech")
    eve = User.objects.create_user("eve@new.test")
    invitation = Invitation.objects.create(
        partner=partner,
        email=eve.email,
        role="viewer",
        token_hash=digest("secret"),
        expires_at=timezone.now() + timedelta(days=1),
    )
    outcomes = at_once(
        [
            lambda: accept_invitation(token="secret", user=eve),
            lambda: revoke_invitation(invitation=invitation, actor=SYSTEM),
        ]
    )
    invitation.refresh_from_db()
    assert outcomes in (["done", "invitation_accepted"], ["done", "invitation_revoked"])
    assert PartnerMember.objects.count() == (1 if invitation.status == "accepted" else 0)


def test_unknown_token(eve: User) -> None:
    with pytest.raises(DomainError) as caught:
        accept_invitation(token="guess", user=eve)
    assert caught.value.code == "invitation_unknown"
